# firefox-esr renders a page without a screen: the same picture.
# It has a malloc of its own, so little of it uses the library: this shows that
# they live together.
firefox-esr --headless --no-remote --profile "$PWD" --window-size=640,480 \
    --screenshot "$PWD/page.png" "file://$ROOT/tests/large/page.html" >&2 || exit
cksum page.png
