// Package classify turns sampled values into evidence: which columns hold e-mail addresses, card numbers, and why.
//
// A *rule* recognises one kind of content and gives one *classification*, under its published name where there is one.
// A *family* is a folder of rules that belong together. A rule looks at *cells*, each one value of a column:
//
//   - its *gate* is a shape: which classes of characters a cell may and must hold, how long it is, how many digits it
//     has. The engine computes a cell's shape in one pass, for all rules; what is not of the shape is never looked at;
//   - its *match* reads a cell of that shape and gives a *grade*: no, weak or strong. A weak match, such as nine bare
//     digits, counts only in a column whose name speaks for it;
//   - its *check* is a checksum. Where a rule has one, only cells whose checksum is right count;
//   - its *hints* are words of column names that speak for it; *against* are words that rule it out.
//
// A column gets a classification when the counting cells are at least 60 % of those that are not empty, and at least 8
// different values are among them. *Evidence* says how many were tried, matched and passed: counts, never a value.
//
// A rule is plain data around two functions, so one made of a pattern that came from elsewhere (Pattern) is a rule like
// those that are built in.
package classify
