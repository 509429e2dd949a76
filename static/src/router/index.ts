/**
 * Every address of the workspace. A page is `src/<feature>/<Name>Page.vue` and is loaded when it is first visited;
 * a page that is missing from the bundle shows as not found. `meta.frame`: `workspace` (sidebar), `bare` (none).
 */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { whenSignedOut } from '@/api/http'
import { useSession } from '@/api/session'
import { ADMIN_PARTS } from '@/settings/parts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Anybody may see it, signed in or not. */
    open?: boolean
    /** Belongs to an app that its address doesn't name; the page opens it. */
    ofApp?: boolean
  }
}

const pages = import.meta.glob('../**/*Page.vue')
const missing = () => import('@/app/NotFoundPage.vue')
const page = (name: string) => pages[`../${name}Page.vue`] ?? missing

const open: RouteRecordRaw[] = [
  { path: '/setup', name: 'setup', component: page('auth/Setup'), meta: { open: true } },
  { path: '/sign-in', name: 'sign-in', component: page('auth/SignIn'), meta: { open: true } },
  { path: '/forgot', name: 'forgot', component: page('auth/Forgot'), meta: { open: true } },
  { path: '/reset/:token', name: 'reset', component: page('auth/Reset'), meta: { open: true }, props: true },
  { path: '/invite/:token', name: 'invite', component: page('auth/Invite'), meta: { open: true }, props: true },
]

const workspace: RouteRecordRaw = {
  path: '/',
  component: () => import('@/shell/WorkspaceFrame.vue'),
  children: [
    { path: '', name: 'home', component: page('home/Home') },
    { path: 'a/:app', name: 'app', component: page('home/AppStart'), props: true },
    { path: 'a/:app/f/:form', name: 'records', component: page('records/Records'), props: true },
    { path: 'a/:app/f/:form/import', name: 'import', component: page('imports/Import'), props: true },
    { path: 'a/:app/rules', name: 'rules', component: page('rules/Rules'), props: true },
    { path: 'a/:app/rules/runs', name: 'runs', component: page('rules/Runs'), props: true },
    { path: 'a/:app/rules/sla', name: 'service', component: page('service/Service'), props: true },
    { path: 'a/:app/rules/sla/:definitionId', name: 'policy', component: page('service/Policy'), props: true },
    { path: 'a/:app/rules/sla/:definitionId/figures', name: 'kept', component: page('service/Kept'), props: true },
    { path: 'a/:app/rules/calendars/:definitionId', name: 'calendar', component: page('service/Calendar'), props: true },
    { path: 'a/:app/pools', name: 'pools', component: page('pools/Pools'), props: true },
    { path: 'a/:app/rules/pools/:definitionId', name: 'pool', component: page('pools/Pool'), props: true },
    { path: 'a/:app/rules/mailboxes', name: 'mailboxes', component: page('mailboxes/Mailboxes'), props: true },
    { path: 'a/:app/rules/blueprints', name: 'blueprints', component: page('blueprints/Blueprints'), props: true },
    { path: 'a/:app/rules/blueprints/:definitionId/figures', name: 'blueprint-figures', component: page('blueprints/Figures'), props: true },
    { path: 'a/:app/rules/blueprints/:definitionId', name: 'blueprint', component: page('blueprints/Blueprint'), props: true },
    { path: 'a/:app/rules/:definitionId', name: 'rule', component: page('rules/Rule'), props: true },
    { path: 'a/:app/d/:dashboard', name: 'dashboard', component: page('dashboards/Dashboard'), props: true },
    { path: 'queue', name: 'queue', component: page('queue/Queue') },
    { path: 'tasks', name: 'tasks', component: page('tasks/Tasks') },
    { path: 'a/:app/approvals/:definitionId/figures', name: 'figures', component: page('approvals/Figures'), props: true },
    { path: 'a/:app/approvals/:definitionId/move', name: 'move', component: page('approvals/Move'), props: true },
    { path: 'notifications', name: 'notifications', component: page('notifications/Notifications') },
    { path: 'jobs/:id', name: 'job', component: page('imports/Job'), props: true, meta: { ofApp: true } },
    { path: 'settings', redirect: '/settings/profile' },
    ...['profile', 'absences', ...ADMIN_PARTS].map((part) => ({
      path: `settings/${part}`,
      name: `settings-${part}`,
      component: page(`settings/${part[0]?.toUpperCase()}${part.slice(1)}`),
    })),
  ],
}

const bare: RouteRecordRaw[] = [
  { path: '/gallery', name: 'gallery', component: page('gallery/Gallery') },
  { path: '/gallery/:slug', name: 'template', component: page('gallery/Template'), props: true },
  { path: '/a/:app/design/:definitionId', name: 'design', component: page('designer/Designer'), props: true },
  { path: '/a/:app/approvals/:definitionId', name: 'approval', component: page('approvals/Approval'), props: true },
  { path: '/a/:app/mailboxes/:definitionId/:face(received)?', name: 'mailbox', component: page('mailboxes/Mailbox'), props: true },
  { path: '/a/:app/permissions/:form', name: 'permissions', component: page('settings/Permissions'), props: true },
  { path: '/a/:app/links/:form', name: 'links', component: page('designer/Share'), props: true },
]

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [...open, workspace, ...bare, { path: '/:rest(.*)*', name: 'not-found', component: missing }],
})

router.beforeEach(async (to) => {
  const session = useSession()
  await session.load().catch(() => undefined) // offline: the page itself says so
  if (!session.user && !to.meta.open) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  return true
})

whenSignedOut(() => {
  useSession().forget()
  const from = router.currentRoute.value
  if (!from.meta.open) void router.push({ name: 'sign-in', query: { next: from.fullPath } })
})

// A new release removes the old chunks: load the page afresh instead of failing.
window.addEventListener('vite:preloadError', (event) => {
  event.preventDefault()
  window.location.reload()
})
