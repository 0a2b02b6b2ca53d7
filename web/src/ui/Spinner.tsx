// A sign that something is under way, beside the word that says what. Ours: Fluent's weighs more than most parts.
import { makeStyles } from '@fluentui/react-components'

const useStyles = makeStyles({
  spinner: { width: '16px', height: '16px', boxSizing: 'border-box', borderRadius: '50%', border: '2px solid currentColor', borderTopColor: 'transparent', animationName: { to: { transform: 'rotate(360deg)' } }, animationDuration: '1s', animationTimingFunction: 'linear', animationIterationCount: 'infinite', '@media (prefers-reduced-motion: reduce)': { animationDuration: '4s' } },
})

export const Spinner = () => <span className={useStyles().spinner} aria-hidden />
