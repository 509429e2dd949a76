/** The pages of the settings that only administrators have, in the order in which they are offered. */
export const ADMIN_PARTS = ['people', 'departments', 'roles', 'skills', 'territories', 'shifts', 'tokens', 'mail', 'failures', 'system']
export const PART_ICONS: Record<string, string> = { people: 'users', departments: 'org', roles: 'shield', skills: 'star', territories: 'map', shifts: 'clock', tokens: 'key', mail: 'mail', failures: 'warn', system: 'gear' }
