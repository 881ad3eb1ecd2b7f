// sdkgen writes the classes of other languages for a Pulumi schema: `sdkgen SCHEMA DIRECTORY` fills
// DIRECTORY/nodejs, DIRECTORY/go and DIRECTORY/python, byte for byte as `pulumi package gen-sdk` does with the
// official language hosts, which are no Go modules that could be had by name.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

type files = map[string][]byte

// The first argument of each generator is the name of the tool in the head of every file: that of the official host.
var languages = map[string]func(*schema.Package) (files, error){
	"nodejs": func(pkg *schema.Package) (files, error) {
		return nodejs.GeneratePackage("pulumi-language-nodejs", pkg, nil, nil, false, nil)
	},
	"go": func(pkg *schema.Package) (files, error) {
		return golang.GeneratePackage("pulumi-language-go", pkg, nil)
	},
	"python": func(pkg *schema.Package) (files, error) {
		return python.GeneratePackage("pulumi-language-python", pkg, nil, nil)
	},
}

func main() {
	if len(os.Args) != 3 {
		fail(errors.New("usage: sdkgen SCHEMA DIRECTORY"))
	}
	text, err := os.ReadFile(os.Args[1])
	fail(err)
	for language, generate := range languages {
		// Bound anew for each: a generator leaves its own names in the package.
		pkg, err := bind(text)
		fail(err)
		made, err := generate(pkg)
		fail(err)
		fail(write(filepath.Join(os.Args[2], language), made))
	}
}

func bind(text []byte) (*schema.Package, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	// A warning is a mistake in the schema too, and nobody would read it in a log.
	if len(diagnostics) > 0 {
		return nil, diagnostics
	}
	return pkg, nil
}

func write(directory string, made files) error {
	for name, content := range made {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
