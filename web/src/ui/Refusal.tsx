// What the account said against something, in its place: the notice goes, this stays until it is tried again.
import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { sayFailure } from './States'

export function Refusal({ error }: { error: unknown }) {
  if (!error) return null
  const { title, text } = sayFailure(error, true)
  return <MessageBar intent="error" layout="multiline"><MessageBarBody><MessageBarTitle>{title}</MessageBarTitle> {text}</MessageBarBody></MessageBar>
}
