# SPDX-License-Identifier: MIT
# cmake -DNPM=... -DROOT=... -P npm.cmake: brings node_modules in line with the lock file, for all build folders.

set(stamp ${ROOT}/node_modules/.package-lock.json)

if(NOT EXISTS ${stamp} OR ${ROOT}/package-lock.json IS_NEWER_THAN ${stamp})
    # Two builds at once must not both install. CMake empties the file that it locks.
    file(LOCK ${ROOT}/build/npm.lock GUARD PROCESS TIMEOUT 600)
    if(NOT EXISTS ${stamp} OR ${ROOT}/package-lock.json IS_NEWER_THAN ${stamp})
        message(STATUS "Installing the JavaScript tools")
        execute_process(COMMAND ${NPM} ci --no-audit --no-fund WORKING_DIRECTORY ${ROOT} COMMAND_ERROR_IS_FATAL ANY)
        file(TOUCH ${stamp})
    endif()
endif()
