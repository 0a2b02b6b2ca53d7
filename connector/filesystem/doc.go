// Package filesystem reads trees of files on the node's own machine: local disks, and whatever is mounted there.
//
// The *root* is the folder that the source names; it, each folder and each file below is an asset. Containers are the
// root and the *top* folders, those directly in it: each holds all that lies below. A *unit* reads the entries of the
// root, or a *part* of a tree below one top folder: it walks down, folder after folder, and hands on what is left when it
// has met enough. A folder with very many entries is read in *shares*, each of which takes the entries whose names hash
// to it, so that memory does not grow with the folder.
//
// Links are reported and never followed; what is neither file nor folder is never opened. A file is opened only when it
// changed since it was last read, and only so much of it is read as its format needs. Where nothing was read before, what
// the listing calls a file is opened first and looked at then; where it turns out to be something else it is left at once.
package filesystem
