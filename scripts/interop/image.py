# SPDX-License-Identifier: Apache-2.0
"""The guest's kernel and root file system, made from Debian packages and kept in a folder."""
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Known to work, in this order; then whatever else the archive has of these series.
KERNELS = ["6.1.0-50-amd64", "6.12.117+deb12-amd64"]
KERNEL_SERIES = re.compile(r"^linux-image-(6\.(?:1\.0-\d+|12\.\d+\+deb12)-amd64)$")
# 6.1.192-2 crashes in hci_chan_del() when a peer drops the link while a request of bluetoothd is unanswered.
BAD_KERNELS = {"6.1.0-56-amd64"}

MODULES = """virtio_pci virtio_console drbg jitterentropy_rng sha512_generic sha256_generic hmac ctr bluetooth hci_vhci hci_uart uhid algif_hash
    algif_skcipher ecb cmac ccm ecdh_generic crc16""".split()

PROGRAMS = """/usr/bin/dbus-daemon /usr/bin/dbus-send /usr/bin/btmon /usr/bin/btmgmt /usr/bin/bluetoothctl
    /usr/bin/btvirt /usr/libexec/bluetooth/bluetoothd""".split()

# What is needed here, besides what the guest gets.
TOOLS = """qemu-system-x86_64 btmon gcc strip cpio depmod modprobe ldd dpkg apt-get apt-cache gzip""".split()

FOLDERS = """bin sbin etc proc sys dev run tmp var/lib/bluetooth var/lib/dbus usr/bin usr/sbin usr/lib usr/share/dbus-1/system.d
    etc/dbus-1/system.d lib lib64""".split()


class ImageError(Exception):
    """What could not be made, and what to do."""


def need_tools() -> None:
    # Where some are, and who is not root does not look.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise ImageError(f"{', '.join(missing)}: not found; run './dev setup interop'")


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ImageError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def kernel_candidates() -> list[str]:
    listed = run("apt-cache", "search", "--names-only", "^linux-image-6[.]").splitlines()
    found = [match[1] for line in listed if line and (match := KERNEL_SERIES.match(line.split()[0]))]
    others = sorted(set(found) - set(KERNELS), key=lambda name: [int(part) for part in re.findall(r"\d+", name)])
    return [name for name in [*KERNELS, *others[::-1]] if name not in BAD_KERNELS]


def kernel(cache: Path) -> tuple[Path, str]:
    """Folder of an unpacked kernel package, and the kernel's version; downloads one if there is none yet."""
    folder = cache / "kernel"
    for ready in sorted(folder.glob("*/complete")):
        if ready.parent.name not in BAD_KERNELS:
            return ready.parent, ready.parent.name
    for is_last in (False, True):
        refused = []
        for version in kernel_candidates():
            try:
                return download(version, folder / version), version
            except ImageError as error:
                refused.append(f"{version}: {str(error).splitlines()[-1]}")
        if is_last or os.geteuid() != 0:
            break
        # A list of packages that is old, or was thrown away to make a container small.
        run("apt-get", "update")
    raise ImageError("no kernel package could be downloaded; run 'apt-get update' and look at: " + "; ".join(refused))


def download(version: str, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    # As the user of apt that may not write here, if there is one: its warning is harmless.
    run("apt-get", "download", f"linux-image-{version}", cwd=target)
    package = next(target.glob("*.deb"))
    run("dpkg", "-x", str(package), str(target))
    package.unlink()
    (target / "complete").touch()
    return target


def libraries_of(program: Path) -> list[str]:
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    return sorted(set(re.findall(r"/[^ ]+", listed)))


class Root:
    """A root file system being put together."""

    def __init__(self, path: Path):
        self.path = path
        shutil.rmtree(path, ignore_errors=True)

    def copy(self, source: str | Path, name: str | None = None) -> Path:
        target = self.path / (name or str(source)).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy2(os.path.realpath(source), target)
        return target

    def copy_program(self, source: str | Path, name: str | None = None) -> None:
        if not Path(source).exists():
            raise ImageError(f"{source} is missing; run './dev setup interop'")
        os.chmod(self.copy(source, name), 0o755)
        for library in libraries_of(Path(source)):
            self.copy(library)

    def write(self, name: str, text: str) -> None:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def archive(self, target: Path) -> None:
        names = b"\0".join(os.fsencode(path.relative_to(self.path)) for path in sorted(self.path.rglob("*")))
        with target.open("wb") as file:
            done = subprocess.run(["cpio", "--quiet", "-0", "-o", "-H", "newc", "-R", "0:0"], cwd=self.path, input=names,
                                  stdout=file, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise ImageError(f"cpio: {done.stderr.decode()}")


def add_modules(root: Root, kernel_folder: Path, version: str) -> None:
    run("depmod", "-b", str(kernel_folder), version)
    for module in MODULES:
        listed = subprocess.run(["modprobe", "-d", str(kernel_folder), "-S", version, "--show-depends", module],
                                capture_output=True, text=True, check=False).stdout
        for line in listed.splitlines():
            kind, *rest = line.split()
            if kind == "insmod":
                root.copy(rest[0], rest[0].removeprefix(str(kernel_folder)))
    for name in ("modules.builtin", "modules.order", "modules.builtin.modinfo"):
        root.copy(kernel_folder / "lib/modules" / version / name, f"lib/modules/{version}/{name}")
    run("depmod", "-b", str(root.path), version)
    if not list(root.path.rglob("bluetooth.ko*")):
        raise ImageError(f"the kernel package {version} has no module 'bluetooth'")


def build_base(cache: Path, kernel_folder: Path, version: str, target: Path) -> None:
    root = Root(cache / "root")
    for folder in FOLDERS:
        (root.path / folder).mkdir(parents=True, exist_ok=True)
    root.copy_program("/bin/busybox")
    for applet in run("/bin/busybox", "--list").split():
        link = root.path / "bin" / applet
        if not link.exists():
            link.symlink_to("busybox")
    (root.path / "sbin/modprobe").symlink_to("../bin/busybox")
    (root.path / "var/run").symlink_to("../run")
    for program in PROGRAMS:
        root.copy_program(program)
    root.copy("/lib64/ld-linux-x86-64.so.2")
    root.copy("/usr/share/dbus-1/system.conf")
    for folder in ("/usr/share/dbus-1/system.d", "/etc/dbus-1/system.d"):
        if Path(folder, "bluetooth.conf").exists():
            root.copy(f"{folder}/bluetooth.conf")
    shutil.copytree("/etc/bluetooth", root.path / "etc/bluetooth")
    root.write("etc/passwd", "root:x:0:0:root:/:/bin/sh\nmessagebus:x:100:100::/nonexistent:/bin/false\n")
    root.write("etc/group", "root:x:0:\nmessagebus:x:100:\nbluetooth:x:112:\nlp:x:7:\n")
    root.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n")
    for name in ("init", "agent"):
        os.chmod(root.copy(HERE / "guest" / name, name), 0o755)
    for name in ("relay", "monitor"):
        run("gcc", "-O1", "-static", "-o", str(root.path / "usr/bin" / name), str(HERE / f"guest/{name}.c"))
    add_modules(root, kernel_folder, version)
    root.archive(target)


def fingerprint(version: str) -> str:
    """Changes with everything that the base image is made of."""
    digest = hashlib.sha256(version.encode())
    sources = [Path(__file__), *sorted((HERE / "guest").iterdir()), *[Path(p) for p in PROGRAMS], Path("/bin/busybox")]
    for source in sources:
        stat = source.stat() if source.exists() else None
        digest.update(f"{source.name} {stat and stat.st_size} {stat and stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def build(cache: Path, programs: dict[str, Path]) -> tuple[Path, Path]:
    """Kernel and initial RAM disk. `programs`: our own ones, name in the guest's /usr/bin to file."""
    need_tools()
    cache.mkdir(parents=True, exist_ok=True)
    kernel_folder, version = kernel(cache)
    base, stamp = cache / "base.cpio", cache / "base.fingerprint"
    wanted = fingerprint(version)
    if not base.exists() or not stamp.exists() or stamp.read_text() != wanted:
        build_base(cache, kernel_folder, version, base)
        stamp.write_text(wanted)
    own = Root(cache / "own")
    own.path.mkdir(parents=True)
    for name, program in programs.items():
        stripped = cache / f"{name}.stripped"
        run("strip", "-o", str(stripped), str(program))
        own.copy_program(stripped, f"usr/bin/{name}")
    overlay, image = cache / "own.cpio", cache / "image.cpio"
    own.archive(overlay)
    with image.open("wb") as file:
        # The kernel takes archives one after the other.
        for part in (base, overlay):
            file.write(part.read_bytes())
            file.write(b"\0" * (-part.stat().st_size % 4))
    return next(kernel_folder.glob("boot/vmlinuz-*")), image
