export const words = {
  signIn: 'Sign in',
  failed: 'You are not signed in',
  failedText: 'The sign-in took too long, or was begun in another window. Begin again.',
  out: 'You are signed out',
  outText: 'In this browser nobody is signed in now.',
}
