// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "key_places.hpp"

namespace peerctl {
namespace {

const char* use_name(SectorUse use) {
  switch (use) {
    case SectorUse::kUnused:
      return "unused";
    case SectorUse::kOpen:
      return "open";
    default:
      return "closed";
  }
}

const char* mount_text(Mount mount) {
  switch (mount) {
    case Mount::kReady:
      return "writes nothing";
    case Mount::kPrepares:
      return "prepares the current sector";
    case Mount::kRecovers:
      return "finishes or repeats an interrupted collection";
    default:
      return "is refused: every sector is closed";
  }
}

Json geometry_json(const Geometry& geometry) {
  Json out;
  out["sector_size"] = geometry.sector_size;
  out["sector_size_assumed"] = geometry.sector_size_assumed;
  out["sector_count"] = geometry.sector_count;
  out["write_unit"] = geometry.write_unit;
  out["write_unit_assumed"] = geometry.write_unit_assumed;
  out["data_crc"] = geometry.data_crc;
  out["data_crc_assumed"] = geometry.data_crc_assumed;
  return out;
}

/// Of the Peer Manager. The list of peers is searched for each record.
constexpr uint16_t kMaxPeer = 0xFF;

/// Values that overlap one another could be printed any number of times.
class Budget {
 public:
  explicit Budget(size_t octets) : left_(octets) {}
  bool take(size_t octets) {
    if (octets > left_) {
      return false;
    }
    left_ -= octets;
    return true;
  }

 private:
  size_t left_;
};

/// What all records of a dump share.
struct Dump {
  const ShownKeys& shown;
  const KeyPlaces places;
  Budget budget;

  bool may_show(uint32_t key, Octets value) const {
    const bool is_bond = is_bonding(key, value);
    return (shown.contains("ltk") && shown.contains("irk")) || !places.touch(value, is_bond);
  }
};

Json record_json(uint32_t key, const Version& version, Dump& dump) {
  Json out;
  out["key"] = key_text(key);
  out["sector"] = version.sector;
  out["slot"] = version.slot;
  out["length"] = version.entry.length();
  if (version.is_removal()) {
    out["removed"] = true;
  } else if (!dump.may_show(key, version.value)) {
    out["value"] = "hidden: octets of a key are among them (--show-keys ltk,irk)";
  } else if (dump.budget.take(version.value.size())) {
    out["value"] = decode(key, version.value, dump.shown);
  } else {
    out["value"] = "omitted: values overlap";
  }
  return out;
}

}  // namespace

Json info_report(const Store& store) {
  const Geometry& geometry = store.geometry;
  Json out;
  out["size"] = store.image.size();
  out["geometry"] = geometry_json(geometry);
  Json sectors = Json::array();
  Json wear;
  uint8_t most = 0;
  for (uint32_t i = 0; i < geometry.sector_count; ++i) {
    const Sector& state = store.sectors[i];
    Json sector;
    sector["state"] = use_name(state.use);
    sector["cycle"] = state.cycle;
    if (state.use == SectorUse::kClosed) {
      sector["close_offset"] = state.close_offset;
    }
    most = std::max(most, state.cycle);
    sectors.push_back(std::move(sector));
  }
  out["sectors"] = std::move(sectors);
  out["current"] = store.current;
  out["next_entry"] = store.next_slot;
  out["next_data"] = store.next_data;
  out["mount"] = mount_text(store.mount);
  // The counter has 8 bits: what is known is the number modulo 256.
  wear["highest_cycle"] = most;
  wear["counted_modulo"] = 256;
  out["wear"] = std::move(wear);

  const FreeSpace free = measure(store);
  Json space;
  space["by_live_values"] = free.by_live_values;
  space["as_reference"] = free.as_reference;
  space["active_sector"] = free.active_sector;
  out["free"] = std::move(space);

  size_t live = 0;
  size_t versions = 0;
  size_t bonds = 0;
  for (const auto& [key, list] : store.records) {
    const Version* newest = store.live(key);
    live += newest != nullptr ? 1 : 0;
    bonds += newest != nullptr && is_bonding(key, newest->value) ? 1 : 0;
    versions += list.size();
  }
  out["records"] = live;
  out["entries"] = versions;
  out["bonds"] = bonds;
  return out;
}

Json dump_report(const Store& store, const ShownKeys& shown, bool history) {
  Json peers = Json::object();
  Json others = Json::array();
  // Each octet once as a live value and a few times as an older one.
  Dump dump{.shown = shown, .places = KeyPlaces(store), .budget = Budget(4 * store.image.size())};
  for (const auto& [key, versions] : store.records) {
    const Version* newest = store.live(key);
    if (newest == nullptr && !history) {
      continue;
    }
    Json record = record_json(key, versions.front(), dump);
    if (history) {
      Json older = Json::array();
      for (size_t i = 1; i < versions.size(); ++i) {
        older.push_back(record_json(key, versions[i], dump));
      }
      record["older"] = std::move(older);
    }
    const char* name = record_name(key);
    if (name == nullptr || peer_of(key) > kMaxPeer) {
      others.push_back(std::move(record));
    } else {
      peers[std::to_string(peer_of(key))][name] = std::move(record);
    }
  }
  Json out;
  out["peers"] = std::move(peers);
  out["other_records"] = std::move(others);
  return out;
}

Json check_report(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    Json one;
    one["severity"] = finding.severity == Severity::kDamage ? "damage" : "note";
    one["kind"] = finding.kind;
    one["sector"] = finding.sector;
    one["offset"] = finding.offset;
    one["key"] = finding.key ? Json(key_text(*finding.key)) : Json(nullptr);
    one["meaning"] = finding.meaning;
    list.push_back(std::move(one));
  }
  Json out;
  out["verdict"] = has_damage(findings) ? "damaged" : "sound";
  out["findings"] = std::move(list);
  return out;
}

bool has_damage(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::kDamage; });
}

}  // namespace peerctl
