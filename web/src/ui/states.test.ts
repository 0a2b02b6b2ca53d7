import { beforeAll, expect, it, vi } from 'vitest'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

it('an answer is old when newer ones do not come, and not when what it was about is refused or gone', async () => {
  const [{ isOld }, { Failure, SignedOut }] = await Promise.all([import('./States'), import('../client/rest')])
  const failure = (status: number) => new Failure(status, '', '', '')
  expect([isOld(null, 0), isOld(null, 1), isOld(null, 2)]).toEqual([false, false, true])
  for (const error of [failure(0), failure(500), failure(503), new SignedOut()]) expect(isOld(error, 1)).toBe(true)
  for (const error of [failure(403), failure(404)]) expect([isOld(error, 1), isOld(error, 3)]).toEqual([false, false])
}, 60_000)
