// What the account said against something, in its place: the notice goes, this stays until it is tried again.
import { SignedOut } from '../client/rest'
import { Message } from './Message'
import { sayFailure, SignInAgain } from './States'

export function Refusal({ error }: { error: unknown }) {
  if (!error) return null
  const { title, text } = sayFailure(error, true)
  return <Message tone="bad" title={title}>{text} {error instanceof SignedOut && <SignInAgain />}</Message>
}
