// Three themes, and the choice of one. The choice is kept in this browser; "system" follows the system's.
import { useSyncExternalStore } from 'react'
import { createDarkTheme, createLightTheme, teamsHighContrastTheme, type BrandVariants, type Theme } from '@fluentui/react-components'

const brand: BrandVariants = {
  10: '#03110e', 20: '#0a231d', 30: '#0d352c', 40: '#0f4438', 50: '#105344', 60: '#116151', 70: '#116d5b', 80: '#0f7a66',
  90: '#2c8d78', 100: '#479f8b', 110: '#60b19e', 120: '#79c2b1', 130: '#93d3c4', 140: '#aee3d7', 150: '#cbf0e7', 160: '#e8faf6',
}

export type Look = 'light' | 'dark' | 'contrast'
export type Choice = Look | 'system'
export const choices: Choice[] = ['system', 'light', 'dark', 'contrast']

const dark = createDarkTheme(brand)

/** grounds are colours that Fluent has no name for: of what is pointed at, or chosen, and keeps its own colours of text. */
export const grounds = { hover: 'var(--groundHover)', chosen: 'var(--groundChosen)' }
const light = createLightTheme(brand)
const themes: Record<Look, Theme & Record<'groundHover' | 'groundChosen', string>> = {
  light: { ...light, groundHover: light.colorSubtleBackgroundHover, groundChosen: light.colorSubtleBackgroundSelected },
  // The ramp's middle is too dark for text on a dark ground.
  dark: { ...dark, groundHover: dark.colorSubtleBackgroundHover, groundChosen: dark.colorSubtleBackgroundSelected, colorBrandForeground1: brand[110], colorBrandForeground2: brand[120], colorBrandForegroundLink: brand[120], colorBrandForegroundLinkHover: brand[130], colorCompoundBrandForeground1: brand[110] },
  // Its hover is a highlight on which only its own text can be read.
  contrast: { ...teamsHighContrastTheme, groundHover: '#2b2b2b', groundChosen: '#2b2b2b' },
}

const key = 'purlieu.look'
const listeners = new Set<() => void>()
const darkly = matchMedia('(prefers-color-scheme: dark)')
const strongly = matchMedia('(prefers-contrast: more)')

export function choice(): Choice {
  const kept = localStorage.getItem(key)
  return choices.find(c => c === kept) ?? 'system'
}

export function choose(c: Choice) {
  localStorage.setItem(key, c)
  tell()
}

function look(): Look {
  const c = choice()
  if (c !== 'system') return c
  return strongly.matches ? 'contrast' : darkly.matches ? 'dark' : 'light'
}

function tell() {
  document.documentElement.dataset.theme = look()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  darkly.addEventListener('change', tell)
  strongly.addEventListener('change', tell)
  return () => listeners.delete(listener)
}

/** useLook is the look that is shown, and its theme. */
export function useLook(): { look: Look; theme: Theme } {
  const now = useSyncExternalStore(subscribe, look)
  document.documentElement.dataset.theme = now
  return { look: now, theme: themes[now] }
}
