/** Numbers that an option of a choice may carry. */
export type OptionNumber = 'quota' | 'score'
