// The one way to REST: bearer token, errors with cause and next step, cancellation.
import { accessToken, account, held, renew } from './session'

/** Failure is what the account answered instead of what was asked. */
export class Failure extends Error {
  constructor(
    readonly status: number, // 0: it could not be reached
    readonly code: string,
    message: string,
    readonly request: string, // id in the operator's log
    readonly target = '', // the part of what was sent that it is about, where one is named
  ) {
    super(message)
  }
}

/** Overtaken says that something can't be taken back any more: another has changed it since. */
export class Overtaken extends Error {}

/** still refuses, as Overtaken, where what get gives is no longer as it was written, or is not there any more. */
export async function still<T>(get: () => Promise<T>, asWritten: (now: T) => boolean): Promise<void> {
  const same = await get().then(asWritten, error => { if (error instanceof Failure && error.status === 404) return false; throw error })
  if (!same) throw new Overtaken()
}

/** SignedOut says that nobody is signed in, or no longer. */
export class SignedOut extends Error {}

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  body?: unknown
  signal?: AbortSignal
}

/** rest asks the account; the answer's body is T, or undefined where there is none. */
export async function rest<T>(path: string, ask: Ask = {}): Promise<T> {
  let answer = await send(path, ask)
  if (answer.status === 401) {
    if (!(await renew())) throw new SignedOut()
    answer = await send(path, ask)
    if (answer.status === 401) throw new SignedOut()
  }
  if (!answer.ok) throw await failureOf(answer)
  if (answer.status === 204) return undefined as T
  const text = await answer.text()
  return (text ? JSON.parse(text) : undefined) as T
}

async function send(path: string, ask: Ask): Promise<Response> {
  try {
    const token = held() || (await accessToken()) // a question for which nothing must be waited is on its way when this returns
    if (!token) throw new SignedOut()
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` }
    if (ask.body !== undefined) headers['Content-Type'] = 'application/json'
    return await fetch(account + path + queryOf(ask.query), {
      method: ask.method ?? 'GET', headers, signal: ask.signal ?? null, credentials: 'omit',
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
    })
  } catch (error) {
    if (error instanceof TypeError) throw new Failure(0, 'Unreachable', '', '') // no answer came
    throw error
  }
}

function queryOf(query: Ask['query']): string {
  const out = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) out.append(name, String(one))
  }
  const text = out.toString()
  return text ? '?' + text : ''
}

/** failureOf reads both shapes in which the account writes its errors. */
export async function failureOf(answer: Response): Promise<Failure> {
  let code = answer.headers.get('x-ms-error-code') ?? ''
  let message = '', target = ''
  try {
    const body = (await answer.json()) as { error?: { code: string; message: string; target?: string | null }; errorCode?: string; errorMessage?: string }
    code ||= body.error?.code ?? body.errorCode ?? '' // the header is nearer: Atlas has one code for much
    message = body.error?.message ?? body.errorMessage ?? ''
    target = body.error?.target ?? ''
  } catch {
    // Something between us and the account answered: what it says is not ours to show.
  }
  return new Failure(answer.status, code, message, answer.headers.get('x-ms-request-id') ?? '', target)
}
