# heading.gp -- title and subtitle at the top left, for a height in pixels.
set label title at screen 20.0 / width, 1 - 28.0 / height left font font_title
set label subtitle at screen 20.0 / width, 1 - 54.0 / height left \
    font font_small textcolor rgb faint
set tmargin at screen 1 - 90.0 / height
