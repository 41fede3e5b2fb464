package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ieum"
)

// linked moves a file of the store elsewhere, and leaves a link to it.
func linked(t *testing.T, dir, name, to string) {
	t.Helper()
	if err := errors.Join(os.Rename(dir+"/"+name, to), os.Symlink(to, dir+"/"+name)); err != nil {
		t.Fatal(err)
	}
}

// A store or master key that is a link is worked on where it lies: the link stays, and of
// what was replaced there no byte is left, at no name that it had.
func TestLinkedFilesAreReplacedWhereTheyLie(t *testing.T) {
	for _, name := range []string{File, "master.key"} {
		t.Run(name, func(t *testing.T) {
			dir, elsewhere := t.TempDir(), t.TempDir()
			k := open(t, dir)
			sealed := k.seal(t, "p1", "stays")
			linked(t, dir, name, elsewhere+"/it")
			was, err := os.ReadFile(elsewhere + "/it")
			if err != nil {
				t.Fatal(err)
			}
			before, err := os.OpenFile(elsewhere+"/it", os.O_RDONLY, 0) // the blocks of the file that is replaced
			if err != nil {
				t.Fatal(err)
			}
			defer before.Close()
			if err := errors.Join(k.Rotate(time.Unix(1, 0)), k.Erase("p2"), open(t, dir).Erase("p3")); err != nil {
				t.Fatal(err)
			}
			left := make([]byte, len(was))
			if _, err := before.ReadAt(left, 0); err != nil || !bytes.Equal(left, make([]byte, len(was))) {
				t.Errorf("of what was replaced %q is left, %v", left, err)
			}
			if to, err := os.Readlink(dir + "/" + name); err != nil || to != elsewhere+"/it" {
				t.Errorf("the link leads to %q, %v", to, err)
			}
			for where, most := range map[string]int{dir: 3, elsewhere: 2} {
				if got, _ := filepath.Glob(where + "/*"); len(got) > most {
					t.Errorf("there is %q", got)
				}
			}
			stays(t, dir, sealed)
			if got := open(t, dir).Erased(); len(got) != 2 {
				t.Errorf("erased are %q", got)
			}
		})
	}
}

// Who reaches a store by a link waits for who reaches it without.
func TestALinkedStoreHasOneLock(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	open(t, dir)
	if err := os.Symlink(dir+"/"+File, elsewhere+"/"+File); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir+"/master.key", elsewhere+"/master.key"); err != nil {
		t.Fatal(err)
	}
	k := open(t, elsewhere)
	done, err := lock(dir + "/" + File)
	if err != nil {
		t.Fatal(err)
	}
	erased := make(chan error)
	go func() { erased <- k.Erase("p1") }()
	select {
	case err := <-erased:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if err := errors.Join(done(), <-erased); err != nil {
		t.Error(err)
	}
}

// A link that leads nowhere is no store that is to be made.
func TestALinkThatLeadsNowhereIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(dir+"/nowhere", dir+"/"+File); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir, NewMaster(dir+"/master.key"))
	refused(t, err, ieum.ErrInvalid, dir+"/"+File+" is a link to a file that is not there")
}

// A master key that cannot be replaced where it lies, such as one that was mounted there,
// is not renewed: it is said at once, and all goes on with it.
func TestAMasterKeyThatCannotBeReplacedIsNotRenewed(t *testing.T) {
	for name, mount := range map[string]func(t *testing.T, dir, elsewhere string){
		"a file that may not be written": func(t *testing.T, dir, elsewhere string) {
			if os.Getuid() == 0 {
				t.Skip("root may write it")
			}
			if err := os.Chmod(dir+"/master.key", 0o400); err != nil {
				t.Fatal(err)
			}
		},
		"a folder that is read only": func(t *testing.T, dir, elsewhere string) {
			linked(t, dir, "master.key", elsewhere+"/it")
			bind(t, elsewhere, elsewhere)
			if err := unix.Mount("", elsewhere, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
				t.Skip("nothing can be mounted here:", err)
			}
		},
		"a file of its own mount": func(t *testing.T, dir, elsewhere string) {
			if err := os.WriteFile(elsewhere+"/it", files(t, dir)[1], 0o600); err != nil {
				t.Fatal(err)
			}
			bind(t, elsewhere+"/it", dir+"/master.key")
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, elsewhere := t.TempDir(), t.TempDir()
			k := open(t, dir)
			sealed := k.seal(t, "p1", "stays")
			mount(t, dir, elsewhere)
			before := files(t, dir)
			refused(t, k.Rotate(time.Unix(1, 0)), ieum.ErrInvalid, "the master key "+dir+"/master.key cannot be renewed where it is", "nothing was changed")
			if now := files(t, dir); !bytes.Equal(now[0], before[0]) || !bytes.Equal(now[1], before[1]) {
				t.Error("something was changed")
			}
			if err := errors.Join(k.Erase("p2"), open(t, dir).Erase("p3")); err != nil {
				t.Errorf("then nobody is erased: %v", err)
			}
			stays(t, dir, sealed)
			if left, _ := filepath.Glob(dir + "/*"); len(left) != 3 {
				t.Errorf("the folder holds %q", left)
			}
		})
	}
}

// bind mounts what lies at one path at another, for the test.
func bind(t *testing.T, from, to string) {
	t.Helper()
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		t.Skip("nothing can be mounted here:", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(to, 0); err != nil {
			t.Error(err)
		}
	})
}
