// The pattern of a picture: a canvas that takes all room. What is drawn is also there as words, for who can't see it or
// would rather read: the two are one switch apart, and the choice is in the address.
import type { ReactNode } from 'react'
import { makeStyles, tokens } from '@fluentui/react-components'
import { Page, type PageProps } from './Page'

const useStyles = makeStyles({
  frame: { position: 'relative', flex: 1, minHeight: '420px', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1, overflow: 'hidden', display: 'flex', flexDirection: 'column' },
})

/** PictureFrame is the canvas's place, for pictures inside of other pages. */
export function PictureFrame({ children, label }: { children: ReactNode; label: string }) {
  const s = useStyles()
  return <div className={s.frame} role="group" aria-label={label}>{children}</div>
}

export function PicturePage({ children, ...page }: PageProps) {
  return <Page {...page} full><PictureFrame label={page.title}>{children}</PictureFrame></Page>
}
