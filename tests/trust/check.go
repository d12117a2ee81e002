// Checks a log and a proof by golang.org/x/mod/sumdb alone: signature, tiles, entries, inclusion, consistency.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type reader struct{ folder string }

func (r reader) Height() int { return 8 }

func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// Go's paths begin with tile/8/.
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		content, err := os.ReadFile(filepath.Join(r.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	folder := os.Args[1]
	key, err := os.ReadFile(filepath.Join(folder, "key"))
	must(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	must(err)
	file, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	must(err)
	signed, err := note.Open(file, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	tree := tlog.Tree{N: size, Hash: root}
	hashes := tlog.TileHashReader(tree, reader{folder})

	// Every leaf's hash is that of its entry, and all together have the root that was signed.
	tilesFit := true
	for first := int64(0); first < size; first += 256 {
		number := first / 256
		width := size - first
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: -1, N: number, W: int(width)}
		path := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/data/")
		bundle, err := os.ReadFile(filepath.Join(folder, path))
		must(err)
		var indexes []int64
		for i := int64(0); i < width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+i))
		}
		found, err := hashes.ReadHashes(indexes)
		must(err)
		for i := range found {
			length := int(bundle[0])<<8 | int(bundle[1])
			tilesFit = tilesFit && tlog.RecordHash(bundle[2:2+length]) == found[i]
			bundle = bundle[2+length:]
		}
	}

	old, err := strconv.ParseInt(os.Args[3], 10, 64)
	must(err)
	oldRoot, err := tlog.TreeHash(old, hashes)
	must(err)
	treeProof, err := tlog.ProveTree(size, old, hashes)
	must(err)
	consistent := tlog.CheckTree(treeProof, size, root, old, oldRoot) == nil

	proof, err := os.ReadFile(os.Args[2])
	must(err)
	parts := bytes.SplitN(proof, []byte("\n\n"), 2)
	head := strings.Split(string(parts[0]), "\n")
	_, err = note.Open(parts[1], note.VerifierList(verifier))
	must(err)
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(head[1], "extra "))
	must(err)
	commitment := sha256.Sum256(extra)
	index, err := strconv.ParseInt(strings.TrimPrefix(head[2], "index "), 10, 64)
	must(err)
	var path tlog.RecordProof
	for _, line := range head[3:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		path = append(path, hash)
	}
	included := tlog.CheckRecord(path, size, root, index, tlog.RecordHash(commitment[:])) == nil
	must(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"size": size, "tiles": tilesFit, "proof": included, "consistent": consistent, "signed": verifier.Name(),
	}))
}
