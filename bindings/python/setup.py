"""Puts the checkout's libcrnn.so into the wheel, which is then one for this platform."""

import pathlib

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

LIBRARY = pathlib.Path(__file__).resolve().parents[2] / "dist" / "lib" / "libcrnn.so"


class BuildWithLibrary(build_py):
    """Copies the library, where it was built, to crnn/lib. An editable install finds dist/lib by itself."""

    @property
    def _target(self) -> pathlib.Path:
        return pathlib.Path(self.build_lib) / "crnn" / "lib" / "libcrnn.so"

    def run(self) -> None:
        super().run()
        if LIBRARY.is_file() and not self.editable_mode:
            self.mkpath(str(self._target.parent))
            self.copy_file(str(LIBRARY.resolve()), str(self._target))

    def get_outputs(self, include_bytecode: bool = True) -> list:
        outputs = super().get_outputs(include_bytecode)
        return outputs + ([str(self._target)] if self._target.is_file() else [])


class LibraryDistribution(Distribution):
    """With the library inside, a package for one platform."""

    def has_ext_modules(self) -> bool:
        return LIBRARY.is_file()


class PlatformWheel(bdist_wheel):
    """py3-none-PLATFORM: this machine's code, but no Python version's ABI."""

    def get_tag(self) -> tuple:
        return ("py3", "none", super().get_tag()[2])


setup(
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    distclass=LibraryDistribution,
)
