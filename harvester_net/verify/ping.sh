# Pings the other nodes over VLAN $VLAN of cluster network $CN with small and full frames.
#
# Without $OVER it makes a VLAN device of its own on the bridge, with a link-local address
# from 169.254.$NET.0/23, and takes it away again whatever happens. Nobody has to tell the pods
# when to begin and when to end: each one is there when its first address answers, and done
# when its second one does.

tool() {
  for dir in ${TOOLS:-/usr/sbin /sbin /usr/bin /bin /usr/local/sbin /usr/local/bin}; do
    [ -x "$dir/$1" ] && echo "$dir/$1" && return
  done
  echo "$1"
}

ip=$(tool ip) bridge=$(tool bridge) ping=$(tool ping)
br="$CN-br" device=${OVER:-$OWN}
made= added= answer="ping 1"

say() { answer="$answer
$*"; }

ended() {
  trap '' TERM INT HUP
  [ -z "$made" ] || "$ip" link delete dev "$OWN" 2>/dev/null
  [ -z "$added" ] || "$bridge" vlan delete vid "$VLAN" dev "$br" self 2>/dev/null
  made= added=
}
trap ended EXIT
trap 'exit 143' TERM INT HUP

tell() { printf '%s\n' "$answer" >"${ANSWER:-/dev/termination-log}"; }
fail() {
  say "error $*"
  ended
  tell
  exit 0
}

# What a killed pod has left, which nobody else has: its alias says whether the VLAN was its own.
remove_leftover() {
  left=$("$ip" -o link show dev "$OWN" 2>/dev/null) || return 0
  "$ip" link delete dev "$OWN"
  case $left in *harvester-net-vlan*) "$bridge" vlan delete vid "$VLAN" dev "$br" self ;; esac
}

on_bridge() {
  "$bridge" vlan show dev "$br" 2>/dev/null | while read -r line; do
    for word in $line; do [ "$word" != "$VLAN" ] || echo yes; done
  done
}

make_device() {
  remove_leftover
  taken=$("$ip" -4 route show root "169.254.$NET.0/23" 2>/dev/null)
  [ -z "$taken" ] || fail "169.254.$NET.0/23 is in use on this node: $taken"
  alias=harvester-net
  [ -n "$(on_bridge)" ] || alias=harvester-net-vlan
  said=$("$ip" link add link "$br" name "$OWN" type vlan id "$VLAN" 2>&1) ||
    fail "the VLAN device could not be made: $said"
  made=yes
  "$ip" link set dev "$OWN" alias $alias
  if [ $alias = harvester-net-vlan ]; then
    "$bridge" vlan add vid "$VLAN" dev "$br" self && added=yes
  fi
  said=$("$ip" addr add "169.254.$NET.$SELF/23" dev "$OWN" 2>&1) ||
    fail "the VLAN device took no address: $said"
  "$ip" link set dev "$OWN" up
}

# answers COUNT SIZE [FLAGS] -- ADDRESS...: sets $those to the addresses that answer.
answers() {
  flags="-n -q -c $1 -s $2 -W 1 -I $device"
  shift 2
  while [ "$1" != -- ]; do flags="$flags $1" && shift; done
  shift
  started= those=
  for one; do
    "$ping" $flags "$one" >/dev/null 2>&1 &
    started="$started $one=$!"
  done
  for one in $started; do
    if wait "${one##*=}"; then those="$those ${one%=*}"; fi
  done
}

# without LIST MEMBERS: the list without these members.
without() {
  rest=
  for one in $1; do case " $2 " in *" $one "*) ;; *) rest="$rest $one" ;; esac; done
}

# await SECONDS ADDRESS...: waits until all answer; sets $there to those that do.
await() {
  end=$(($(date +%s) + $1)) there=
  shift
  waiting="$*"
  while [ -n "${waiting# }" ] && [ "$(date +%s)" -lt "$end" ]; do
    answers 1 16 -- $waiting
    there="$there$those"
    without "$waiting" "$those"
    waiting=$rest
    [ -z "$those" ] && sleep 1
  done
}

# short ADDRESS...: our own addresses by their last number, so that all nodes fit in.
short() {
  for one; do [ -n "$OVER" ] && printf ' %s' "$one" || printf ' %s' "${one##*.}"; done
}

[ -n "$OVER" ] || make_device
read -r mtu <"${SYS:-/sys}/class/net/$device/mtu" && say "mtu $mtu"

whole=
case $("$ping" -V 2>&1) in *iputils*) whole="-M do" ;; *) say "plain" ;; esac

await "$PATIENCE" $PEERS
reached=$there
answers 3 $((MTU - 28)) $whole -- $reached
full=$those
without "$reached" "$full"
less=$rest usual=
if [ "$MTU" -gt 1500 ] && [ -n "$less" ]; then
  answers 2 1472 $whole -- $less
  usual=$those
  without "$less" "$usual"
fi
small=$rest
without "$PEERS" "$reached"
say "full$(short $full)"
say "usual$(short $usual)"
say "small$(short $small)"
say "none$(short $rest)"

if [ -z "$OVER" ] && [ -n "$reached" ]; then
  "$ip" addr add "169.254.$((NET + 1)).$SELF/23" dev "$OWN" 2>/dev/null
  finished=
  for one in $reached; do finished="$finished 169.254.$((NET + 1)).${one##*.}"; done
  await "$PATIENCE" $finished
  # The others may just be about to see that we are done.
  sleep 3
fi
ended
tell
