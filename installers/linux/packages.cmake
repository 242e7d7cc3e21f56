# SPDX-License-Identifier: MIT
# The packages for Linux, by CPack: cpack -G DEB and cpack -G RPM after the targets jpki-bridge and linux_packed.
# installers/package.sh does all of it. Needs gzip; the packages of a kind need dpkg-dev or rpm.

# ---- the files that are made ----
set(made ${CMAKE_BINARY_DIR}/linux)
set(table_file ${PROJECT_SOURCE_DIR}/manifests/browsers.json)
file(READ ${table_file} table)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${table_file})
set(JB_HOST_PATH "\"/usr/bin/jpki-bridge\"")
string(JSON host_name GET "${table}" hosts own name)
set(JB_HOST_NAME "\"${host_name}\"")

# The manifest for browsers of a kind, with all ids of our own extensions as they name them.
function(make_manifest kind allowed_name prefix suffix)
  set(ids "")
  string(JSON count LENGTH "${table}" hosts own ${kind})
  math(EXPR last "${count} - 1")
  foreach(i RANGE ${last})
    string(JSON id GET "${table}" hosts own ${kind} ${i})
    list(APPEND ids "\"${prefix}${id}${suffix}\"")
  endforeach()
  list(JOIN ids ", " ids)
  set(JB_ALLOWED_NAME "\"${allowed_name}\"")
  set(JB_ALLOWED_LIST "[${ids}]")
  configure_file(${PROJECT_SOURCE_DIR}/manifests/host.json.in ${made}/${kind}/${host_name}.json @ONLY)
endfunction()
make_manifest(chromium allowed_origins chrome-extension:// /)
make_manifest(firefox allowed_extensions "" "")

# ---- where they go: in both kinds of package, or in one ----
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
function(put kind destination)
  install(FILES ${ARGN} DESTINATION ${destination} COMPONENT ${kind} EXCLUDE_FROM_ALL)
endfunction()

install(TARGETS jpki-bridge RUNTIME DESTINATION usr/bin COMPONENT linux EXCLUDE_FROM_ALL)
install(DIRECTORY DESTINATION etc/jpki-bridge COMPONENT linux EXCLUDE_FROM_ALL)
put(linux usr/share/man/man1 ${made}/jpki-bridge.1.gz)
put(linux usr/share/man/ja/man1 ${made}/ja/jpki-bridge.1.gz)
put(linux usr/share/doc/jpki-bridge installers/linux/README.policy)
put(linux usr/share/doc/jpki-bridge/examples installers/linux/policy.json)
put(linux_deb usr/share/doc/jpki-bridge installers/linux/copyright ${made}/changelog.gz)
put(linux_deb usr/share/lintian/overrides installers/linux/lintian-overrides/jpki-bridge)
put(linux_rpm usr/share/licenses/jpki-bridge LICENSE)

set(conffiles "")
set(placed "")
string(JSON count LENGTH "${table}" browsers)
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
  string(JSON kind GET "${table}" browsers ${i} kind)
  string(JSON places LENGTH "${table}" browsers ${i} linux system)
  math(EXPR last_place "${places} - 1")
  foreach(j RANGE ${last_place})
    string(JSON place GET "${table}" browsers ${i} linux system ${j})
    if(place IN_LIST placed) # browsers share some
      continue()
    endif()
    list(APPEND placed ${place})
    string(REGEX REPLACE "^/" "" destination "${place}")
    # Debian has no /usr/lib64 of its own.
    if(place MATCHES "^/usr/lib64/")
      put(linux_rpm ${destination} ${made}/${kind}/${host_name}.json)
    else()
      put(linux ${destination} ${made}/${kind}/${host_name}.json)
    endif()
    if(place MATCHES "^/etc/")
      list(APPEND conffiles ${place}/${host_name}.json)
    endif()
  endforeach()
endforeach()

# ---- manuals and changelog, compressed without a name or a time ----
list(TRANSFORM placed REPLACE "(.+)" ".br\n.I \\1/${host_name}.json\n" OUTPUT_VARIABLE JB_MANUAL_PLACES)
list(JOIN JB_MANUAL_PLACES "" JB_MANUAL_PLACES)
string(REPLACE "-" "\\-" JB_MANUAL_PLACES "${JB_MANUAL_PLACES}")
set(packed "")
function(pack from to)
  add_custom_command(OUTPUT ${made}/${to}.gz
    COMMAND gzip -9nc ${from} > ${made}/${to}.gz DEPENDS ${from} VERBATIM)
  set(packed ${packed} ${made}/${to}.gz PARENT_SCOPE)
endfunction()
file(MAKE_DIRECTORY ${made}/ja)
foreach(manual jpki-bridge.1 ja/jpki-bridge.1)
  configure_file(installers/linux/${manual}.in ${made}/${manual} @ONLY)
  pack(${made}/${manual} ${manual})
endforeach()
pack(${PROJECT_SOURCE_DIR}/installers/linux/changelog changelog)
add_custom_target(linux_packed DEPENDS ${packed})

# ---- what a package says of itself ----
set(CPACK_PACKAGE_NAME jpki-bridge)
set(CPACK_PACKAGE_VENDOR "JPKI Bridge")
set(CPACK_PACKAGE_CONTACT "JPKI Bridge maintainers <maintainers@jpkibridge.org>")
set(CPACK_PACKAGE_HOMEPAGE_URL "https://jpkibridge.org/")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "log in to web sites and sign with a MyNumber card")
set(CPACK_PACKAGE_DESCRIPTION
"The program behind the JPKI Bridge browser extension: with it, Chromium,
Chrome, Edge and Firefox use a Japanese MyNumber card (個人番号カード) to log
in to web sites and to sign documents.

PINs are typed into the desktop's own prompt, or on the card reader's keypad,
and are never seen by browser or page. It is registered with the browsers of
everybody on this computer; an administrator says in /etc/jpki-bridge which
sites may use it.")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/installers/linux/settle.cmake)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/installers/linux/kind.cmake)
set(CPACK_JB_BUILD ${CMAKE_BINARY_DIR})
set(CPACK_JB_STRIP ${CMAKE_STRIP})

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "pcscd, pinentry-gnome3 | pinentry-x11")
set(CPACK_DEBIAN_PACKAGE_ENHANCES "chromium, firefox, firefox-esr, google-chrome-stable, microsoft-edge-stable")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
list(JOIN conffiles "\n" lines)
file(CONFIGURE OUTPUT ${made}/conffiles CONTENT "${lines}\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${made}/conffiles ${PROJECT_SOURCE_DIR}/installers/linux/postrm)

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_SUMMARY "Log in to web sites and sign with a MyNumber card")
set(CPACK_RPM_PACKAGE_DESCRIPTION ${CPACK_PACKAGE_DESCRIPTION})
set(CPACK_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_PACKAGE_GROUP Applications/Internet)
set(CPACK_RPM_PACKAGE_URL ${CPACK_PACKAGE_HOMEPAGE_URL})
set(CPACK_RPM_PACKAGE_AUTOREQPROV ON)
# Fedora, RHEL and openSUSE: each graphical pinentry provides pinentry-gui, and pcsc-lite brings a reader's driver.
set(CPACK_RPM_PACKAGE_REQUIRES "pcsc-lite, pinentry-gui")
set(CPACK_RPM_COMPRESSION_TYPE xz)
set(CPACK_RPM_USER_FILELIST "")
foreach(file IN LISTS conffiles)
  list(APPEND CPACK_RPM_USER_FILELIST "%config(noreplace) ${file}")
endforeach()
list(APPEND CPACK_RPM_USER_FILELIST "%license /usr/share/licenses/jpki-bridge/LICENSE"
  "%doc /usr/share/doc/jpki-bridge/README.policy" "%doc /usr/share/doc/jpki-bridge/examples/policy.json")
# Those of the distribution; the others are removed with the package when nothing else is in them.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /etc/opt /usr/lib64 /usr/share/licenses /usr/share/man
  /usr/share/man/man1 /usr/share/man/ja /usr/share/man/ja/man1)
# No links to debug files, which other packages could own too; no time and no name of the machine.
set(CPACK_RPM_SPEC_MORE_DEFINE
"%define _build_id_links none
%define packager ${CPACK_PACKAGE_CONTACT}
%define _buildhost localhost
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define source_date_epoch_from_changelog 0
%define __os_install_post %{nil}")
include(CPack)
