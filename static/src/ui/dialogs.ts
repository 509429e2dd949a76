/**
 * For an `el-select` that stands in a `Modal`: its list belongs to the dialog, since everything outside of an open dialog is
 * inert and lies below it; fixed, so that no edge of the dialog cuts it off.
 */
export const IN_DIALOG = { teleported: false, popperOptions: { strategy: 'fixed' } } as const
