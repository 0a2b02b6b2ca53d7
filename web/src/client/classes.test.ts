import { beforeAll, expect, it, vi } from 'vitest'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

it('classifications are offered once each: those in use first, then all that the account knows', async () => {
  const { usedFirst } = await import('./api')
  expect(usedFirst(['EMAIL', 'CARD', ''], ['PHONE', 'CARD', 'BIC', 'EMAIL'])).toEqual(['EMAIL', 'CARD', 'BIC', 'PHONE'])
  expect(usedFirst([], ['PHONE', 'BIC'])).toEqual(['BIC', 'PHONE'])
})
