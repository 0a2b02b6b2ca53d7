// A button that asks once more before something is removed, and tells how that went.
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useNotices } from '../ui/Notices'
import { sayFailure } from '../ui/States'
import { words as shared } from '../ui/strings'
import { words } from './strings'

interface RemoveProps {
  title: string
  text: string
  done: string
  act: () => Promise<unknown>
  stale: readonly string[] // beginning of the key of what is to be asked for again
  to?: string
  small?: boolean
}

export function Remove({ title, text, done, act, stale, to, small }: RemoveProps) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { tell } = useNotices()
  const remove = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      tell({ kind: 'done', title: done })
      await client.invalidateQueries({ queryKey: stale })
      if (to) void navigate({ to })
    },
    onError: error => { const said = sayFailure(error); tell({ kind: 'failed', title: said.title, text: said.text }) },
  })
  return (
    <Dialog>
      <DialogTrigger disableButtonEnhancement><Button appearance="subtle" size={small ? 'small' : 'medium'} aria-label={title}>{words.remove}</Button></DialogTrigger>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{text}</DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement><Button>{shared.cancel}</Button></DialogTrigger>
            <DialogTrigger disableButtonEnhancement><Button appearance="primary" onClick={() => remove.mutate()}>{words.remove}</Button></DialogTrigger>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
