# A GUI program, mousepad (GTK 3), on a screen of its own: what is to be seen.
mkdir -p .config/gtk-3.0
printf '[Settings]\ngtk-cursor-blink=0\ngtk-enable-animations=0\n' \
    >.config/gtk-3.0/settings.ini
export XDG_CONFIG_HOME="$PWD/.config" GSETTINGS_BACKEND=memory NO_AT_BRIDGE=1
cp "$ROOT/LICENSE" page.txt
Xvfb -displayfd 3 -screen 0 640x480x24 -nolisten tcp 3>display 2>/dev/null &
screen=$!
trap 'kill $editor $screen; wait' EXIT
until [ -s display ]; do sleep 0.1; done
DISPLAY=:$(cat display)
export DISPLAY
mousepad --disable-server page.txt &
editor=$!
until xwininfo -root -tree | grep -q 'page.txt - Mousepad"'; do sleep 0.2; done
xwininfo -root -tree | sed -n 's/.*"\(.*page.txt.*\)": .*)  \([0-9]*x[0-9]*\).*/\1 \2/p'
# The picture, once it has stopped changing.
before=
until now=$(xwd -root | cksum) && [ "$now" = "$before" ]; do
    before=$now
    sleep 2
done
echo "$now"
