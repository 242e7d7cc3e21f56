# SPDX-License-Identifier: MIT
# Read by cpack when it knows which kind it makes: what goes into both, and what only into this one.
string(TOLOWER "${CPACK_GENERATOR}" kind)
set(CPACK_INSTALL_CMAKE_PROJECTS
  "${CPACK_JB_BUILD};jpki-bridge;linux;/" "${CPACK_JB_BUILD};jpki-bridge;linux_${kind};/")
