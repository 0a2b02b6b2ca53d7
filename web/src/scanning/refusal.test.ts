import { beforeAll, expect, it, vi } from 'vitest'

beforeAll(() => vi.stubGlobal('document', { querySelector: () => null }))

it('what is said against a part is at its field where it has one, and of the whole where it has none', async () => {
  const [{ hasField, saidAt }, { Failure }, { windowParts }] = await Promise.all([import('../ui/Refusal'), import('../client/rest'), import('./windows')])
  const against = (target: string) => new Failure(400, 'BadSetting', 'the port is none', 'r1', target)
  const fields = ['properties.port', ...windowParts([{ from: '22:00', to: '06:00' }])]
  for (const part of ['properties.port', 'properties.purlieuWindows[0].from', 'properties.purlieuWindows[0].timeZone']) {
    expect(hasField(against(part), fields)).toBe(true)
    expect(saidAt(against(part), part)).toBe('The port is none')
  }
  for (const part of ['properties.ports', 'properties', 'properties.purlieuWindows', 'properties.purlieuWindows[1].from', '']) expect(hasField(against(part), fields), part).toBe(false)
  expect(hasField(new Error('properties.port'), fields)).toBe(false)
  expect(hasField(null, fields)).toBe(false)
}, 60_000)
