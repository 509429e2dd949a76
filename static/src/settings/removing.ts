import { http } from '@/api/http'
import { isProblem } from '@/api/problem'
import { toast, toastError } from '@/ui/toasts'

/** Delete what stands at `path`, read the list again and say so; what the server refuses is said as well. */
export async function remove(path: string, reload: () => Promise<void>, said: string): Promise<void> {
  try {
    await http.delete(path)
    await reload()
    toast(said)
  } catch (caught) {
    if (!isProblem(caught)) throw caught
    toastError(caught.message)
  }
}
