# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT

# Embeds the report page of `forklift lab` into a target, by lab/page/page_text.cpp.
# Without npm, or without network for it, the target gets the reason instead,
# and the next build tries again: only success leaves the stamp.
function(forklift_embed_page target)
  set(sources "${PROJECT_SOURCE_DIR}/cli/lab/page")
  set(tree "${PROJECT_BINARY_DIR}/page")
  set(script "${PROJECT_SOURCE_DIR}/cmake/make_page.cmake")
  set(embedded "${tree}/embedded")
  if(FORKLIFT_LAB_PAGE)
    set(inputs
      bundle.mjs charts/all.mjs charts/bars.mjs charts/frame.mjs charts/gap.mjs charts/growth.mjs
      charts/throughput.mjs charts/waits.mjs charts/worker_waits.mjs documents.mjs echarts.mjs
      element.mjs figures.mjs
      package-lock.json package.json page.css page.mjs palette.mjs picture.mjs section.mjs
      skeleton.html tables.mjs)
    list(TRANSFORM inputs PREPEND "${sources}/")
    add_custom_command(OUTPUT "${tree}/stamp" BYPRODUCTS "${embedded}"
      COMMAND ${CMAKE_COMMAND} -DSOURCES=${sources} -DTREE=${tree} -P ${script}
      DEPENDS ${inputs} ${script}
      COMMENT "Making the report page" VERBATIM)
    add_custom_target(forklift_page DEPENDS "${tree}/stamp")
    add_dependencies(${target} forklift_page)
  else()
    file(CONFIGURE OUTPUT "${embedded}" CONTENT
      "it was configured with FORKLIFT_LAB_PAGE=OFF; turn that on and build again")
  endif()
  set_source_files_properties(lab/page/page_text.cpp PROPERTIES
    COMPILE_DEFINITIONS "FORKLIFT_PAGE_TEXT=\"${embedded}\"" OBJECT_DEPENDS "${embedded}")
endfunction()
