# Installation and the Debian package, without the tests:
#   cmake --build --preset release --target klassenraum manual && (cd build/release && cpack)
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

set(lib /usr/lib)  # of the system, whatever the prefix: systemd looks nowhere else
install(TARGETS klassenraum RUNTIME DESTINATION /usr/bin COMPONENT klassenraum)
install(FILES deploy/klassenraum.service deploy/klassenraum.socket deploy/klassenraum-http.socket
    DESTINATION ${lib}/systemd/system COMPONENT klassenraum)
install(FILES deploy/klassenraum.sysusers DESTINATION ${lib}/sysusers.d RENAME klassenraum.conf COMPONENT klassenraum)
install(FILES deploy/klassenraum.sysctl DESTINATION ${lib}/sysctl.d RENAME 60-klassenraum.conf COMPONENT klassenraum)
install(PROGRAMS deploy/certbot-hook DESTINATION /usr/share/klassenraum COMPONENT klassenraum)
install(FILES config/klassenraum.toml deploy/haproxy.cfg deploy/grafana.json deploy/alerts.yaml deploy/cloud-init.yaml
    deploy/hcloud-firewall.json DESTINATION /usr/share/doc/klassenraum/examples COMPONENT klassenraum)
install(FILES LICENSE DESTINATION /usr/share/doc/klassenraum RENAME copyright COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/klassenraum.8.gz DESTINATION /usr/share/man/man8 COMPONENT klassenraum)
install(FILES ${CMAKE_BINARY_DIR}/klassenraum.toml.5.gz DESTINATION /usr/share/man/man5 COMPONENT klassenraum)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME klassenraum)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Kreismedienzentrum Crailsheim <kmz@lrasha.de>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "private video classroom for unmodified Jitsi clients")
set(CPACK_PACKAGE_DESCRIPTION "One service in place of Prosody, Jicofo, Jitsi Videobridge, nginx and coturn, made for\nschools: learners are never alone in an open room, and nothing personal is kept.")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL klassenraum)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_PACKAGE_NAME klassenraum)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "passwd")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "certbot, systemd")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "jitsi-meet-web, haproxy, prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/deploy/debian/postinst ${CMAKE_SOURCE_DIR}/deploy/debian/prerm
    ${CMAKE_SOURCE_DIR}/deploy/debian/postrm)
include(CPack)
