# What the packages install: the service, and klassenraum-bench for whoever wants to load one. They are made, without the
# tests, by:
#   cmake --build --preset release --target package-files && (cd build/release && cpack)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
include(GNUInstallDirs)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/klassenraum.toml.5
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/deploy/man/make-toml-page ${CMAKE_SOURCE_DIR}/config/klassenraum.toml
        ${CMAKE_BINARY_DIR}/klassenraum.toml.5
    DEPENDS config/klassenraum.toml deploy/man/make-toml-page)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/klassenraum.8.gz ${CMAKE_BINARY_DIR}/klassenraum.toml.5.gz
    COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/deploy/man/klassenraum.8 > ${CMAKE_BINARY_DIR}/klassenraum.8.gz
    COMMAND gzip -9nc ${CMAKE_BINARY_DIR}/klassenraum.toml.5 > ${CMAKE_BINARY_DIR}/klassenraum.toml.5.gz
    DEPENDS deploy/man/klassenraum.8 ${CMAKE_BINARY_DIR}/klassenraum.toml.5)
add_custom_target(manual ALL DEPENDS ${CMAKE_BINARY_DIR}/klassenraum.8.gz ${CMAKE_BINARY_DIR}/klassenraum.toml.5.gz)

# The program itself knows its completions.
set(completions)
foreach(shell bash zsh fish)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/completion.${shell}
        COMMAND klassenraum completion ${shell} > ${CMAKE_BINARY_DIR}/completion.${shell}
        DEPENDS klassenraum)
    list(APPEND completions ${CMAKE_BINARY_DIR}/completion.${shell})
endforeach()
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/changelog.gz
    COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/deploy/debian/changelog > ${CMAKE_BINARY_DIR}/changelog.gz
    DEPENDS deploy/debian/changelog)
add_custom_target(package-files DEPENDS ${completions} ${CMAKE_BINARY_DIR}/changelog.gz manual klassenraum)

set(lib /usr/lib)  # of the system, whatever the prefix: systemd looks nowhere else
install(TARGETS klassenraum RUNTIME DESTINATION /usr/bin COMPONENT klassenraum)
install(FILES deploy/klassenraum.service deploy/klassenraum.socket deploy/klassenraum-http.socket
    DESTINATION ${lib}/systemd/system COMPONENT klassenraum)
install(FILES deploy/klassenraum.sysusers DESTINATION ${lib}/sysusers.d RENAME klassenraum.conf COMPONENT klassenraum)
install(FILES deploy/klassenraum.sysctl DESTINATION ${lib}/sysctl.d RENAME 60-klassenraum.conf COMPONENT klassenraum)
install(PROGRAMS deploy/certbot-hook DESTINATION /usr/share/klassenraum COMPONENT klassenraum)
install(FILES config/klassenraum.toml deploy/haproxy.cfg deploy/grafana.json deploy/alerts.yaml deploy/cloud-init.yaml
    deploy/hcloud-firewall.json DESTINATION /usr/share/doc/klassenraum/examples COMPONENT klassenraum)
install(FILES deploy/debian/copyright DESTINATION /usr/share/doc/klassenraum COMPONENT klassenraum)
install(FILES deploy/debian/lintian-overrides DESTINATION /usr/share/lintian/overrides RENAME klassenraum
    COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION /usr/share/doc/klassenraum COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/completion.bash DESTINATION /usr/share/bash-completion/completions RENAME klassenraum
    COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/completion.zsh DESTINATION /usr/share/zsh/vendor-completions RENAME _klassenraum
    COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/completion.fish DESTINATION /usr/share/fish/vendor_completions.d RENAME klassenraum.fish
    COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/klassenraum.8.gz DESTINATION /usr/share/man/man8 COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/klassenraum.toml.5.gz DESTINATION /usr/share/man/man5 COMPONENT klassenraum)

if(TARGET klassenraum-bench AND EXISTS ${CMAKE_SOURCE_DIR}/deploy/man/klassenraum-bench.1)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/klassenraum-bench.1.gz
        COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/deploy/man/klassenraum-bench.1 > ${CMAKE_BINARY_DIR}/klassenraum-bench.1.gz
        DEPENDS deploy/man/klassenraum-bench.1)
    add_custom_target(bench-files DEPENDS ${CMAKE_BINARY_DIR}/klassenraum-bench.1.gz)
    add_dependencies(package-files bench-files klassenraum-bench)
    install(TARGETS klassenraum-bench RUNTIME DESTINATION /usr/bin COMPONENT klassenraum-bench)
    install(FILES ${CMAKE_BINARY_DIR}/klassenraum-bench.1.gz DESTINATION /usr/share/man/man1 COMPONENT klassenraum-bench)
    install(FILES deploy/debian/copyright ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION /usr/share/doc/klassenraum-bench
        COMPONENT klassenraum-bench)
endif()
