// What a page that is open is judged by, in whatever state it is.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** ofColour are the rules whose verdict a theme can change; all others read names, roles and order. */
export const ofColour = ['color-contrast', 'link-in-text-block']

/** seriousOf are the violations of accessibility that keep somebody out, on the page or within a part of it. Fluent's focus
 * sentinels are left aside. */
export async function seriousOf(page: Page, rules: string[] = [], within?: string): Promise<string[]> {
  const whole = new AxeBuilder({ page }).setLegacyMode().exclude('[data-tabster-dummy]')
  const axe = within ? whole.include(within) : whole
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  return violations.filter(one => one.impact === 'serious' || one.impact === 'critical').map(one => `${one.id}: ${one.nodes.slice(0, 3).map(n => `${n.target.join(' ')} ${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
}

/** sideways is by how much a page scrolls sideways, or what of it scrolls within the shell. */
export const sideways = (page: Page) => page.evaluate(() => {
  const main = document.querySelector('main')
  return Math.max(document.documentElement.scrollWidth - innerWidth, main ? main.scrollWidth - main.clientWidth : 0)
})

/** cut are the controls that stand outside of what a person can see or scroll to. Runs in the page. */
export function cut(): string[] {
  const scrolls = (e: Element, way: 'overflowX' | 'overflowY') => {
    for (let p = e.parentElement; p && p.tagName !== 'MAIN'; p = p.parentElement) if (/auto|scroll/.test(getComputedStyle(p)[way])) return true
    return false
  }
  return [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter(e => {
    const box = e.getBoundingClientRect()
    if (box.width === 0 || e.closest('.react-flow, [data-tabster-dummy], [aria-hidden=true]') || e.getAttribute('href') === '#main') return false
    const over = e.closest('[role=dialog], [role=status]') // what stands over the page does not scroll with it
    if (over && !scrolls(e, 'overflowY') && (box.bottom > innerHeight + 1 || box.top < -1)) return true
    return !scrolls(e, 'overflowX') && (box.right > innerWidth + 1 || box.left < -1)
  }).concat([...document.querySelectorAll('[role=dialog]')].filter(e => {
    const box = e.getBoundingClientRect()
    return box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1 || box.top < -1
  }), [...document.querySelectorAll('[role=tab]')].filter(e => e.parentElement!.clientHeight < e.clientHeight)).map(e => e.outerHTML.slice(0, 120))
}
