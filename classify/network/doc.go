// Package network is the family of rules for addresses of machines and of what is on them.
package network

import "github.com/purlieu/purlieu/classify"

// Rules gives one of each.
func Rules() []classify.Rule { return []classify.Rule{ip(), ipv4(), ipv6(), mac(), url()} }
