# SPDX-License-Identifier: MIT
# Run by cpack on what it has laid out: the program is stripped, the directories are open whatever the umask is, and
# all is of the time that the release is (SOURCE_DATE_EPOCH), so that the same sources give the same package.
execute_process(
  COMMAND ${CPACK_JB_STRIP} --strip-all --remove-section=.comment ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/bin/jpki-bridge
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND find ${CPACK_TEMPORARY_INSTALL_DIRECTORY} -type d -exec chmod 755 {} +
  COMMAND_ERROR_IS_FATAL ANY)
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(
    COMMAND find ${CPACK_TEMPORARY_INSTALL_DIRECTORY} -exec touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} {} +
    COMMAND_ERROR_IS_FATAL ANY)
endif()
