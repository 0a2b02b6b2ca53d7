package model

import "unicode/utf8"

// Identity says which source was reached, and as whom.
type Identity struct {
	// System is the source's own identity, which is the same at every address of it and another for every other source
	// of its kind: of a server, an account, a volume. "" is unknown.
	System string `cbor:"1,keyasint,omitempty" json:"system,omitempty"`
	// Grants is a digest of the login and of all that decides what the source shows to it: while it is the same, what
	// was shown before and is not shown now is gone. 0 is unknown, and proves nothing.
	Grants uint64 `cbor:"2,keyasint,omitempty" json:"grants,omitempty"`
}

// maxSystem bounds Identity.System, in bytes.
const maxSystem = 256

// Sound reports whether an identity that came from elsewhere can be kept.
func (i Identity) Sound() bool {
	if len(i.System) > maxSystem || !utf8.ValidString(i.System) {
		return false
	}
	for _, r := range i.System {
		if r <= 0x20 || r == 0x7f {
			return false
		}
	}
	return true
}

// Other reports whether two identities are known to be of different sources.
func (i Identity) Other(j Identity) bool {
	return i.System != "" && j.System != "" && i.System != j.System
}
