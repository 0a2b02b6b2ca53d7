import { describe, expect, it } from 'vitest'
import { networkCommand } from './command'
import { words } from './strings'

describe('network rules as a command', () => {
  it('keeps their order', () => {
    expect(networkCommand({ publicNetworkAccess: 'enabled', portalPages: true, rules: [{ effect: 'refuse', door: 'account', range: '192.0.2.0/24' }, { effect: 'allow', door: '', range: '10.0.0.0/8' }] })).toBe(
      'purlieu network set --access enabled --portal-pages --refuse=account=192.0.2.0/24 --allow=10.0.0.0/8',
    )
  })
  it('is not given where the client would write another order', () => {
    expect(networkCommand({ publicNetworkAccess: 'enabled', rules: [{ effect: 'allow', range: '10.0.0.0/8' }, { effect: 'refuse', range: '10.1.0.0/16' }] })).toBe(words.noCommand)
  })
})
