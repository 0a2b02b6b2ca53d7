// What the account said against something, in its place: the notice goes, this stays until it is tried again.
import { useEffect, type RefObject } from 'react'
import { Failure, SignedOut } from '../client/rest'
import { Message } from './Message'
import { sayFailure, SignInAgain } from './States'

/** Refusal says it of the whole. fields are the parts of what was sent that have a field here, where it is said of them (saidAt). */
export function Refusal({ error, fields = [] }: { error: unknown; fields?: readonly string[] }) {
  if (!error || hasField(error, fields)) return null
  const { title, text } = sayFailure(error, true)
  return <Message tone="bad" title={title}>{text} {error instanceof SignedOut && <SignInAgain />}</Message>
}

/** saidAt is what the account said against one part of what was sent, to stand at its field; '' where it is about another. */
export const saidAt = (error: unknown, part: string) => (error instanceof Failure && error.target === part ? error.message.charAt(0).toUpperCase() + error.message.slice(1) : '')

/** hasField reports whether what the account said is about one of the parts of what was sent that have a field. */
export const hasField = (error: unknown, fields: readonly string[]) => error instanceof Failure && fields.includes(error.target)

/** useRefused leads to the field that the account said something against. */
export function useRefused(error: unknown, within: RefObject<HTMLElement | null>) {
  useEffect(() => { if (error) within.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus() }, [error, within])
}
