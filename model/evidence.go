package model

// Class says that an asset or a column was found to hold a kind of content, and why.
type Class struct {
	Name     string   `cbor:"1,keyasint" json:"name"` // of the classification: "MICROSOFT.PERSONAL.EMAIL"
	Evidence Evidence `cbor:"2,keyasint" json:"evidence"`
}

// Evidence is why a classification was given. It holds counts and names of ours, never a value.
type Evidence struct {
	Rule     string `cbor:"1,keyasint" json:"rule"`                        // the rule's identifier: "email"
	Version  int    `cbor:"2,keyasint" json:"version"`                     // of the rule
	Tried    int    `cbor:"3,keyasint" json:"tried"`                       // sampled values that were not empty
	Matches  int    `cbor:"4,keyasint" json:"matches"`                     // values that matched
	Distinct int    `cbor:"5,keyasint" json:"distinct"`                    // different values among them
	Checks   int    `cbor:"6,keyasint,omitempty" json:"checks,omitempty"`  // matches whose checksum was right, where the rule has one
	Hint     bool   `cbor:"7,keyasint,omitempty" json:"hint,omitempty"`    // the column's name speaks for it
	Checked  bool   `cbor:"8,keyasint,omitempty" json:"checked,omitempty"` // the rule has a checksum
}

// ClassDef describes a classification, for people and clients.
type ClassDef struct {
	Name    string `json:"name"`  // "MICROSOFT.PERSONAL.EMAIL"
	Title   string `json:"title"` // "E-mail address"
	Summary string `json:"summary"`
}
