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

/** text reads a word of the address. */
export const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
/** texts reads a list of words of the address. */
export const texts = (value: unknown) => (Array.isArray(value) ? value.filter(v => typeof v === 'string') : text(value) ? [value as string] : undefined)
/** whole reads a number of the address. */
export const whole = (value: unknown) => (Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined)
