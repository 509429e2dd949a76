/** The form behind a task, with the fields that its step shows and no others. */
import { typeInfo } from '@/api/catalog'
import { http } from '@/api/http'
import type { FormField } from '@/api/types'
import type { FormInfo } from '@/records/types'
import { learn, lookUp } from '@/records/values/names'
import type { Rule } from '@/shared/rules'
import type { TaskDetail } from './tasks'

export interface TaskForm {
  fields: FormField[]
  rules: Rule[]
}
/** What the task says of its form; else the form itself, for whom may read it; else nothing. */
export async function formOfTask(task: TaskDetail): Promise<TaskForm | null> {
  learn(task as Parameters<typeof learn>[0])
  void lookUp('user', '').catch(() => [])
  const said = task.form_document
  const found = said ? { fields: said.fields, rules: said.rules ?? [] } : await published(task.form)
  if (!found) return null
  const shows = (field: FormField) => field.id in task.fields || Boolean(typeInfo(field.type)?.opens_section)
  return { fields: found.fields.filter(shows), rules: found.rules }
}
async function published(form: string | null): Promise<TaskForm | null> {
  if (!form) return null
  const found = await http.get<FormInfo>(`/forms/${encodeURIComponent(form)}`).catch(() => null)
  return found && { fields: found.document.fields, rules: found.document.rules ?? [] }
}
