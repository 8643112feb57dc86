# Puts server/web/pages and the built classroom client into the program, so that one file is all it needs. The files are
# named here and included by the assembler; kinds, hashes and gzip variants are worked out at start (a few milliseconds).
file(GLOB template_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/server/web/pages/templates/*.html)
file(GLOB phrase_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/server/web/pages/phrases/*.txt)
file(GLOB text_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/server/web/pages/seiten/*.md)
file(GLOB static_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/server/web/pages/static/*)

# The classroom client is bundled by esbuild, a Debian package; without it rooms can only be served from web.root.
find_program(ESBUILD esbuild)
set(client_source ${CMAKE_SOURCE_DIR}/server/web/client)
set(client_folder ${CMAKE_BINARY_DIR}/generated/client)
set(client_files "")
if(ESBUILD AND EXISTS ${client_source}/build.sh)
    file(GLOB_RECURSE client_sources CONFIGURE_DEPENDS ${client_source}/src/*)
    foreach(name index.html client.js client.css)
        list(APPEND client_files ${client_folder}/${name})
    endforeach()
    add_custom_command(OUTPUT ${client_files} COMMAND ${client_source}/build.sh ${client_folder}
        DEPENDS ${client_sources} ${client_source}/build.sh COMMENT "Bundling the classroom client" VERBATIM)
endif()

set(embed_assembly "")
set(embed_table "")
set(embed_declarations "")
set(embed_count 0)
function(embed folder prefix)
    foreach(file ${ARGN})
        file(RELATIVE_PATH name ${folder} ${file})
        set(symbol klassenraum_asset_${embed_count})
        math(EXPR embed_count "${embed_count} + 1")
        string(APPEND embed_assembly "    \".global ${symbol}, ${symbol}_end\\n\"\n    \"${symbol}: .incbin \\\"${file}\\\"\\n\"\n"
            "    \"${symbol}_end: .byte 0\\n\"\n")
        string(APPEND embed_declarations "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
        string(APPEND embed_table "    {\"${prefix}${name}\", ${symbol}, ${symbol}_end},\n")
    endforeach()
    foreach(variable embed_assembly embed_declarations embed_table embed_count)
        set(${variable} "${${variable}}" PARENT_SCOPE)
    endforeach()
endfunction()
embed(${CMAKE_SOURCE_DIR}/server/web/pages/templates "template/" ${template_files})
embed(${CMAKE_SOURCE_DIR}/server/web/pages/static "pages/" ${static_files})
embed(${CMAKE_SOURCE_DIR}/server/web/pages/phrases "phrases/" ${phrase_files})
embed(${CMAKE_SOURCE_DIR}/server/web/pages/seiten "texts/" ${text_files})
embed(${client_folder} "client/" ${client_files})

set(embed_source ${CMAKE_BINARY_DIR}/generated/embedded_files.cpp)
file(CONFIGURE OUTPUT ${embed_source} @ONLY CONTENT [[// Made by server/pages/embed.cmake.
#include "server/pages/embedded_files.hpp"

__asm__(
    ".section .rodata\n"
@embed_assembly@    ".text\n");

extern "C" {
@embed_declarations@}

namespace klassenraum::pages {

static const EmbeddedFile kFiles[] = {
@embed_table@};

std::span<const EmbeddedFile> embedded_files() { return kFiles; }

}  // namespace klassenraum::pages
]])
set_source_files_properties(${embed_source} PROPERTIES OBJECT_DEPENDS "${template_files};${phrase_files};${text_files};${static_files};${client_files}")
target_sources(server_pages PRIVATE ${embed_source})
