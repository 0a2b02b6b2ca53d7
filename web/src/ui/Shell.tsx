// The one shell: where one is, what there is, search from anywhere. It knows no plane: app gives it the ways.
import { useEffect, useRef, type ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import type { FluentIcon } from '@fluentui/react-icons'
import { Link, useLocation, useRouter } from '@tanstack/react-router'
import { useLate } from './late'
import { words } from './strings'
import { grounds } from './theme'
import { medium, narrow } from './widths'

const useStyles = makeStyles({
  shell: { display: 'grid', gridTemplateRows: '48px minmax(0, 1fr)', gridTemplateColumns: '212px minmax(0, 1fr)', gridTemplateAreas: '"top top" "nav main"', height: '100dvh', backgroundColor: tokens.colorNeutralBackground2, color: tokens.colorNeutralForeground1, [medium]: { gridTemplateColumns: '56px minmax(0, 1fr)' }, [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)', gridTemplateRows: '48px minmax(0, 1fr) 56px', gridTemplateAreas: '"top" "main" "nav"' } },
  skip: { position: 'absolute', left: '-9999px', ':focus': { left: '8px', top: '8px', zIndex: 3000, padding: '8px 12px', backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1 } },
  // Each part is drawn by itself (isolation): what changes in one lets the browser keep its drawing of the others.
  top: { gridArea: 'top', isolation: 'isolate', display: 'grid', gridTemplateColumns: '196px minmax(0, 640px) minmax(max-content, 1fr)', alignItems: 'center', gap: '16px', padding: '0 12px 0 16px', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, backgroundColor: tokens.colorNeutralBackground1, [medium]: { gridTemplateColumns: 'max-content minmax(0, 640px) minmax(max-content, 1fr)' }, [narrow]: { padding: '0 4px 0 12px', gap: '8px' } },
  brand: { display: 'flex', alignItems: 'center', gap: '10px', color: 'inherit', textDecoration: 'none', fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  mark: { width: '24px', height: '24px', color: tokens.colorBrandForeground1, flexShrink: 0 },
  brandName: { [narrow]: { display: 'none' } },
  corner: { justifySelf: 'end', display: 'flex', gap: '2px' },
  nav: { gridArea: 'nav', isolation: 'isolate', display: 'flex', flexDirection: 'column', gap: '2px', padding: '12px 8px', borderRight: `1px solid ${tokens.colorNeutralStroke2}`, backgroundColor: tokens.colorNeutralBackground1, overflowY: 'auto', [narrow]: { flexDirection: 'row', padding: '0 4px', borderRight: 'none', borderTop: `1px solid ${tokens.colorNeutralStroke2}`, justifyContent: 'space-around', overflowX: 'auto', overflowY: 'hidden' } },
  way: { display: 'flex', alignItems: 'center', gap: '12px', padding: '8px 10px', borderRadius: tokens.borderRadiusMedium, color: tokens.colorNeutralForeground2, textDecoration: 'none', fontSize: tokens.fontSizeBase300, lineHeight: '20px', position: 'relative', ':hover': { backgroundColor: grounds.hover, color: tokens.colorNeutralForeground1 }, ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' }, [narrow]: { flexDirection: 'column', gap: '2px', padding: '6px 1px', flex: '1 1 0', minWidth: 0, fontSize: '10px', lineHeight: '14px' } },
  here: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold, backgroundColor: grounds.chosen, '& svg': { color: tokens.colorBrandForeground1 }, '::before': { content: '""', position: 'absolute', left: 0, top: '10px', bottom: '10px', width: '3px', borderRadius: '2px', backgroundColor: tokens.colorCompoundBrandStroke, [narrow]: { display: 'none' } } },
  wayName: { [medium]: { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' }, [narrow]: { position: 'static', width: 'auto', height: 'auto', clipPath: 'none', whiteSpace: 'nowrap' } },
  icon: { display: 'inline-flex', flexShrink: 0 },
  foot: { marginTop: 'auto', [narrow]: { marginTop: 0 } },
  main: { gridArea: 'main', isolation: 'isolate', overflowY: 'auto', minWidth: 0, display: 'flex', flexDirection: 'column', outline: 'none', scrollbarGutter: 'stable', [narrow]: { scrollbarGutter: 'auto' } },
})

export interface Way {
  to: string
  key: string // behind g, from anywhere
  title: string
  icon: FluentIcon
  iconHere: FluentIcon
  last?: boolean // stands at the end
}

export function Mark({ className }: { className?: string }) {
  return (
    <svg className={className} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 3 28 9.5v13L16 29 4 22.5v-13z" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinejoin="round" strokeDasharray="5 2.5" />
      <circle cx="16" cy="16" r="4.5" fill="currentColor" />
    </svg>
  )
}

interface ShellProps {
  ways: Way[]
  search: ReactNode
  corner: ReactNode
  children: ReactNode
}

export function Shell({ ways, search, corner, children }: ShellProps) {
  const s = useStyles()
  const main = useRef<HTMLElement>(null)
  const path = useLocation({ select: l => l.pathname })
  const first = useRef(true)
  const router = useRouter()
  const late = useLate()
  useEffect(() => {
    // Another page: who uses a keyboard or listens goes on at its beginning, unless in the middle of typing a search.
    if (first.current) {
      first.current = false
      return
    }
    main.current?.scrollTo(0, 0)
    if (!(document.activeElement instanceof HTMLInputElement)) main.current?.focus()
  }, [path])
  useEffect(() => (main.current ? late?.keepPlaces(router, main.current) : undefined), [late, router])
  return (
    <div className={s.shell}>
      <a className={s.skip} href="#main" onClick={e => { e.preventDefault(); main.current?.focus() }}>{words.skip}</a>
      <header className={s.top}>
        <Link to="/" className={s.brand} aria-label={words.product}><Mark className={s.mark} /><span className={s.brandName}>{words.product}</span></Link>
        {search}
        <div className={s.corner}>{corner}</div>
      </header>
      <nav className={s.nav} aria-label={words.nav}>
        {ways.map(way => {
          const here = way.to === '/' ? path === '/' : path === way.to || path.startsWith(way.to + '/')
          const Icon = here ? way.iconHere : way.icon
          return (
            <Link key={way.to} to={way.to} className={mergeClasses(s.way, here && s.here, way.last && s.foot)} title={way.title} aria-current={here ? 'page' : undefined}>
              <span className={s.icon}><Icon /></span><span className={s.wayName}>{way.title}</span>
            </Link>
          )
        })}
      </nav>
      <main className={s.main} ref={main} id="main" tabIndex={-1}>{children}</main>
    </div>
  )
}
