// What of a page belongs to its address: filters, tabs, steps. app/routes says which words an address may have.
import { useCallback } from 'react'
import { useNavigate, useSearch } from '@tanstack/react-router'

/** useAddress gives the words of the address and a way to change some; undefined takes one away. */
export function useAddress<T extends object>(): [T, (change: Partial<T>, how?: { replace?: boolean }) => void] {
  const now = useSearch({ strict: false }) as T
  const navigate = useNavigate()
  const change = useCallback((to: Partial<T>, how?: { replace?: boolean }) => {
    void navigate({ to: '.', search: (old: object) => ({ ...old, ...to }), replace: how?.replace ?? false })
  }, [navigate])
  return [now, change]
}

/** text reads a word of the address. The router reads what looks like a number or a truth value as one: here each is a word. */
export const text = (value: unknown) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined)
/** texts reads a list of words of the address. */
export const texts = (value: unknown) => (Array.isArray(value) ? value.map(text).filter(v => v !== undefined) : text(value) ? [text(value)!] : undefined)
/** whole reads a number of the address. */
export const whole = (value: unknown) => (Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined)

/** listed reads a list of the address, which stands there as JSON; nothing else does. A word that begins like one is quoted. */
export function listed(word: string): unknown {
  if (!/^["[]/.test(word)) throw new Error('a word')
  return JSON.parse(word)
}
