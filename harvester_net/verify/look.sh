# Says what the devices of cluster network $CN look like on this node. It only reads.
# What it says is one word and its value a line; `parsing.py` reads it.
# Plain sh without awk or sed: what the image holds is not ours. No here-documents: some shells
# put them into files, and there is nowhere to write.

# busybox runs its own ip before any other unless it is called by its path.
tool() {
  for dir in ${TOOLS:-/usr/sbin /sbin /usr/bin /bin /usr/local/sbin /usr/local/bin}; do
    [ -x "$dir/$1" ] && echo "$dir/$1" && return
  done
  echo "$1"
}

ip=$(tool ip) bridge=$(tool bridge)
bo="$CN-bo" br="$CN-br"

# value WORD COMMAND...: the word and what the command prints; nothing if it prints nothing.
value() {
  word=$1
  shift
  said=$("$@" 2>/dev/null) && [ -n "$said" ] && printf '%s %s\n' "$word" "$said"
}

devices() {
  echo "look 1"
  "$ip" -j link show dev lo >/dev/null 2>&1 || echo "error this image's ip knows no JSON"
  value bond "$ip" -j -d link show dev "$bo"
  value members "$ip" -j -d link show master "$bo"
  value bridge "$ip" -j link show dev "$br"
  value vlans "$bridge" -c -j vlan show dev "$bo"
  [ -z "$VLAN" ] || value own "$bridge" -c -j vlan show dev "$br"
  [ -z "$VLAN" ] || value address "$ip" -j -4 addr show dev "$(vlan_device)"
  "$ip" -o link show type vlan 2>/dev/null | while read -r line; do
    set -- $line
    name=${2%:}
    name=${name%@*}
    case $name in
    hnv-*) echo "leftover $name" ;;
    "$br".*) echo "host $name $(mtu_in "$@")" ;;
    esac
  done
  [ "$CN" != mgmt ] || arp_settings
}

# Which ARP requests the node leaves without an answer: in general, and on the bridge.
arp_settings() {
  for where in all "$br"; do
    { read -r said <"${CONF:-/proc/sys/net/ipv4/conf}/$where/arp_ignore"; } 2>/dev/null &&
      echo "arp $where $said"
  done
}

# Untagged frames are the bridge's own; HostNetworkConfig names the others so (H1.5).
vlan_device() { [ "$VLAN" = 1 ] && echo "$br" || echo "$br.$VLAN"; }

# The MTU in a line of `ip -o link`.
mtu_in() {
  while [ $# -gt 1 ]; do
    [ "$1" = mtu ] && echo "$2" && return
    shift
  done
  echo 0
}

# Each port but the uplink, as the word `MTU:kind:name`.
ports() {
  "$ip" -o -d link show master "$br" 2>/dev/null | while read -r line; do
    set -- $line
    name=${2%:}
    name=${name%@*}
    [ "$name" = "$bo" ] && continue
    kind=other mtu=0
    while [ $# -gt 1 ]; do
      case $1 in
      mtu) [ "$mtu" = 0 ] && mtu=$2 ;;
      veth | tun | macvlan | vlan | vxlan | dummy) [ $kind = other ] && kind=$1 ;;
      esac
      shift
    done
    echo "$mtu:$kind:$name"
  done
}

# How many ports there are of each MTU, and the first $1 of those with the lowest.
summary() {
  lowest= counted=
  for one in $all; do
    mtu=${one%%:*}
    [ -n "$lowest" ] && [ "$mtu" -ge "$lowest" ] || lowest=$mtu
    case " $counted " in *" $mtu "*) ;; *) counted="$counted $mtu" ;; esac
  done
  for mtu in $counted; do
    number=0
    for one in $all; do [ "${one%%:*}" != "$mtu" ] || number=$((number + 1)); done
    echo "ports $mtu $number"
  done
  left=$1
  for one in $all; do
    [ "${one%%:*}" = "$lowest" ] && [ "$left" -gt 0 ] || continue
    left=$((left - 1)) name=${one##*:} kind=${one#*:}
    echo "port $name ${kind%%:*} $lowest$(learned "$name")"
  done
}

# The addresses behind a port: a VM is known by its own.
learned() {
  "$bridge" fdb show dev "$1" 2>/dev/null | while read -r mac rest; do
    case " $rest " in *" permanent "* | *" self "*) ;; *) echo "$mac" ;; esac
  done | {
    number=0 before=
    while read -r mac; do
      case " $before " in *" $mac "*) continue ;; esac
      before="$before $mac" number=$((number + 1))
      [ $number -gt 4 ] || printf ' %s' "$mac"
    done
  }
}

packed() {
  if command -v gzip >/dev/null && command -v base64 >/dev/null; then
    echo "gz $(gzip -9 | base64)"
  else
    cat
  fi
}

# A termination message has room for 4096 bytes.
seen=$(devices) all=$(ports)
for most in 12 3 0; do
  answer=$({ printf '%s\n' "$seen"; summary $most; } | packed)
  [ ${#answer} -gt 4000 ] || break
done
[ ${#answer} -le 4000 ] || answer="error what there is to say does not fit into the answer"
printf '%s\n' "$answer" >"${ANSWER:-/dev/termination-log}"
