import { beforeAll, expect, it, vi } from 'vitest'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

it('what was changed since, or is gone, is overtaken; a question that failed is not', async () => {
  const { Failure, Overtaken, still } = await import('./rest')
  const gone = new Failure(404, 'NotFound', '', ''), away = new Failure(0, 'Unreachable', '', '')
  await expect(still(() => Promise.resolve(3), now => now === 3)).resolves.toBeUndefined()
  await expect(still(() => Promise.resolve(4), now => now === 3)).rejects.toBeInstanceOf(Overtaken)
  await expect(still(() => Promise.reject(gone), () => true)).rejects.toBeInstanceOf(Overtaken)
  await expect(still(() => Promise.reject(away), () => true)).rejects.toBe(away)
})
