"""Which library stands behind the seam: imported when it is chosen, never before."""

from __future__ import annotations

from functools import partial

from connectors._ldap_seam import Dial
from connectors._ldap_settings import LdapSettings, Library
from provisor.errors import SettingInvalid


def dial_of(settings: LdapSettings) -> Dial:
    """Return what makes lines of the library that the settings name.

    Raises:
        SettingInvalid: the library is not installed here.
    """
    try:
        match settings.library:
            case Library.LDAP3:
                from connectors._ldap_ldap3 import ldap3_line

                return partial(ldap3_line, settings)
            case Library.PYTHON_LDAP:
                from connectors._ldap_libldap import libldap_line

                return partial(libldap_line, settings)
    except ImportError:
        raise SettingInvalid(
            f"the library `{settings.library.value}` is not installed",
            where="library",
            safe="nothing was read or written",
            next=f"pip install '{_EXTRAS[settings.library]}'",
        ) from None


_EXTRAS = {Library.LDAP3: "provisor[ldap]", Library.PYTHON_LDAP: "provisor[ldap-fast]"}
