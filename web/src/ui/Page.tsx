// The frame of a page: title, what it is about, what can be done, and the content. ListPage, DetailPage, WizardPage and
// PicturePage stand on it.
import { useEffect, type ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { narrow, wide } from './widths'
import { words } from './strings'

const useStyles = makeStyles({
  page: { display: 'flex', flexDirection: 'column', gap: '20px', padding: '24px 32px 48px', boxSizing: 'border-box', maxWidth: '1760px', width: '100%', minWidth: 0, margin: '0 auto', [narrow]: { padding: '16px 16px 40px', gap: '16px' }, [wide]: { padding: '32px 48px 56px' } },
  inside: { padding: 0, [narrow]: { padding: 0 }, [wide]: { padding: 0 } },
  tall: { flex: 1, paddingBottom: '16px', minHeight: 0 },
  full: { maxWidth: 'none' },
  head: { display: 'flex', alignItems: 'flex-start', gap: '16px', flexWrap: 'wrap' },
  titles: { flex: '1 1 280px', minWidth: 0, display: 'flex', gap: '16px', alignItems: 'flex-start' },
  texts: { minWidth: 0, display: 'flex', flexDirection: 'column', gap: '2px' },
  title: { margin: 0, fontSize: tokens.fontSizeBase600, lineHeight: tokens.lineHeightBase600, fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere', outline: 'none', [narrow]: { fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500 } },
  about: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
})

export interface PageProps {
  title: string
  /** Stands in the window's title instead of title. */
  name?: string
  about?: ReactNode
  icon?: ReactNode
  above?: ReactNode // crumbs
  actions?: ReactNode
  full?: boolean // takes all room
  tall?: boolean // takes all height, and is as wide as other pages
  inside?: boolean // stands inside of another page: only the style page does
  children: ReactNode
}

export function Page({ title, name, about, icon, above, actions, full, tall, inside, children }: PageProps) {
  const s = useStyles()
  useEffect(() => {
    document.title = `${name ?? title} - ${words.product}`
  }, [title, name])
  return (
    <div className={mergeClasses(s.page, (full || tall) && s.tall, full && s.full, inside && s.inside)}>
      <header className={s.head}>
        <div className={s.titles}>
          {icon}
          <div className={s.texts}>
            {above}
            <h1 className={s.title} tabIndex={-1}>{title}</h1>
            {about && <div className={s.about}>{about}</div>}
          </div>
        </div>
        {actions && <div className={s.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}
