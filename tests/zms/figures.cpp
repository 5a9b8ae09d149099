// SPDX-License-Identifier: Apache-2.0
#include "zms/figures.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "zms/ate.hpp"
#include "zms/core_bench.hpp"

namespace pm::zms {
namespace {

constexpr unsigned kReconnections = 10000;
constexpr uint32_t kLine = 16;

Value cccds(unsigned seed) {
  Value result(20);
  store_le32(result.data(), seed);
  return result;
}

/// Device and whether all went well.
struct Measured : CoreBench {
  explicit Measured(uint32_t size) : CoreBench(size) { start(); }

  void start() { expect(boot() == Status::kOk); }
  void expect(bool holds) { is_valid = is_valid && holds; }

  void bond_and_subscribe(unsigned peer, bool one_by_one) {
    const auto step = [&] {
      if (one_by_one) {
        settle();
      }
    };
    connect(peer);
    expect(pair(peer, peer));
    step();
    write_cccd(cccds(1));
    step();
    write_cccd(cccds(2));
    step();
    expect(manager->peer_rank_highest(connected_peer()) == Status::kOk);
    settle();
  }
  void leave() {
    disconnect();
    settle();
  }
  void store_bonds(unsigned count) {
    for (unsigned peer = 0; peer < count; ++peer) {
      bond_and_subscribe(peer, false);
      deny_address_resolution();
      leave();
    }
    expect(manager->peer_count() == count);
  }
  BondingFigures written_so_far() const {
    return {.writes = flash.counts().writes, .octets = flash.counts().written_octets};
  }

  bool is_valid = true;
};

ReadFigures measure_reads(unsigned bonds, uint32_t flash_octets, bool& is_valid) {
  Measured device(flash_octets);
  device.store_bonds(bonds);
  ReadFigures figures{.bonds = bonds, .flash_octets = flash_octets};
  device.flash.reset_counts();
  device.start();
  figures.start = device.flash.counts().reads;

  device.flash.reset_counts();
  device.connect(1000);
  device.expect(device.connected_peer() == PM_PEER_ID_INVALID);
  device.leave();
  figures.stranger = device.flash.counts().reads;

  if (bonds != 0) {
    device.flash.reset_counts();
    device.connect(bonds - 1);
    device.expect(device.connected_peer() == bonds - 1);
    device.encrypted();
    device.expect(device.stack.applied == cccds(2));
    device.expect(device.change_and_leave(bonds - 1, cccds(2)) == Status::kOk);
    figures.known = device.flash.counts().reads;
    figures.known_writes = device.flash.counts().writes;
  }
  is_valid = is_valid && device.is_valid;
  return figures;
}

void measure_bonding(StoreFigures& figures) {
  Measured device(4096);
  device.flash.reset_counts();
  device.bond_and_subscribe(0, false);
  figures.waiting = device.written_so_far();
  device.deny_address_resolution();
  device.settle();
  figures.answered = device.written_so_far();

  Measured slow(4096);
  slow.flash.reset_counts();
  slow.bond_and_subscribe(0, true);
  slow.deny_address_resolution();
  slow.settle();
  figures.one_by_one = slow.written_so_far();
  figures.is_valid = figures.is_valid && device.is_valid && slow.is_valid;
}

uint64_t most_programmed(const sim::SimFlash& flash) {
  uint64_t most = 0;
  for (const sim::WordCounts& word : flash.word_counts()) {
    most = std::max<uint64_t>(most, word.programs);
  }
  return most;
}

WearFigures measure_wear(unsigned peers, bool& is_valid) {
  Measured device(4096);
  device.store_bonds(peers);
  std::vector<uint64_t> erases(4096 / CoreBench::kSectorSize);
  device.flash.on_written = [&](uint32_t offset, Bytes data) {
    Ate ate;
    std::copy_n(data.begin(), kAteOctets, ate.raw().begin());
    const bool is_header = offset % CoreBench::kSectorSize == CoreBench::kSectorSize - kLine;
    erases[offset / CoreBench::kSectorSize] += is_header && ate.is_empty_ate() ? 1 : 0;
  };
  device.flash.reset_counts();
  for (unsigned i = 0; i < kReconnections; ++i) {
    const unsigned peer = i * 7 % peers;
    device.connect(peer);
    device.expect(device.connected_peer() == peer);
    device.encrypted();
    device.expect(device.change_and_leave(peer, cccds(3 + i)) == Status::kOk);
  }
  is_valid = is_valid && device.is_valid;
  WearFigures figures{.peers = peers,
                      .writes = device.flash.counts().writes,
                      .octets = device.flash.counts().written_octets,
                      .least_erases = *std::min_element(erases.begin(), erases.end()),
                      .most_erases = *std::max_element(erases.begin(), erases.end()),
                      .word_programs = most_programmed(device.flash)};
  for (const uint64_t count : erases) {
    figures.erases += count;
  }
  return figures;
}

std::string number(uint64_t value) {
  std::string digits = std::to_string(value);
  for (size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, 1, ',');
  }
  return digits;
}

using Cells = std::vector<std::string>;

std::string row(const Cells& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += " " + cell + " |";
  }
  return line + "\n";
}

std::string heading(const Cells& cells) {
  return row(cells) + "|---" + [&cells] {
    std::string rest;
    for (size_t i = 1; i < cells.size(); ++i) {
      rest += "|---";
    }
    return rest;
  }() + "|\n";
}

std::string written(const BondingFigures& figures) {
  return number(figures.writes) + " / " + number(figures.octets);
}

}  // namespace

StoreFigures measure_store() {
  StoreFigures figures;
  figures.reads = {measure_reads(0, 4096, figures.is_valid),
                   measure_reads(14, 4096, figures.is_valid),
                   measure_reads(100, 32768, figures.is_valid)};
  measure_bonding(figures);
  figures.wear = {measure_wear(1, figures.is_valid), measure_wear(2, figures.is_valid),
                  measure_wear(10, figures.is_valid)};
  return figures;
}

std::string document_of(const StoreFigures& figures) {
  std::string text =
      "# What the store costs\n\n"
      "`./dev bench store` measures this and writes it here; a test holds the limits and compares "
      "the file. Everything is\ncounted, so it is the same on every machine: core and store on "
      "simulated nRF54L flash (sectors of 1024 octets, write\nunit 16, program unit 4). The "
      "reference is the C Peer Manager on its own store, without look-up cache; a dash: not\n"
      "measured.\n\n"
      "## Device reads\n\n"
      "Each bond has its keys, CCCDs (26 octets), rank and Central Address Resolution: four "
      "records. The store's index\n(`CONFIG_ZMS_INDEX_SIZE`) has room for all of them, the core's "
      "(`CONFIG_PM_IDENTITY_INDEX_SIZE`) for " +
      number(CONFIG_PM_IDENTITY_INDEX_SIZE) +
      " peers: each peer\nbeyond these costs two reads when a connection is looked up.\n\n";
  Cells titles = {"bonds (flash)"};
  Cells start = {"mount and initialisation"};
  Cells stranger = {"connection of an unknown peer"};
  Cells known = {"reconnection of a known peer, the same CCCDs and rank again, disconnection"};
  Cells writes = {"device writes of that"};
  for (const ReadFigures& one : figures.reads) {
    const bool is_known = one.bonds == 14;
    titles.push_back(number(one.bonds) + " (" + number(one.flash_octets / 1024) +
                     " KiB), reference");
    titles.push_back("ours");
    start.insert(start.end(), {is_known ? "17,290" : "-", number(one.start)});
    stranger.insert(stranger.end(), {is_known ? "17,217" : "-", number(one.stranger)});
    known.insert(known.end(),
                 {is_known ? "17,820" : "-", one.bonds != 0 ? number(one.known) : "-"});
    writes.insert(writes.end(), {"as any other", one.bonds != 0 ? number(one.known_writes) : "-"});
  }
  text += heading(titles) + row(start) + row(stranger) + row(known) + row(writes);
  text +=
      "\n## One bonding\n\n"
      "Keys, two writes of CCCDs, rank, answer about Central Address Resolution: device writes / "
      "octets.\n\n";
  text +=
      heading({"", "reference", "ours"}) +
      row({"all asked for while the first write is under way", "10 / 254",
           written(figures.answered)}) +
      row({"of that before the answer about address resolution", "-", written(figures.waiting)}) +
      row({"each write completed before the next request", "-", written(figures.one_by_one)});
  text +=
      "\n## Wear\n\n" + number(kReconnections) +
      " reconnections on 4 KiB, each with other CCCDs and the highest rank, which a single peer "
      "has "
      "already. A sector is\nemptied by writing its Empty ATE; the memory needs no erasing. The "
      "reference reads wrong from the reconnection named on.\n\n";
  text += heading({"peers", "reference", "device writes / octets", "sectors emptied",
                   "per sector, least / most", "programs of the most programmed word"});
  for (const WearFigures& one : figures.wear) {
    const char* wrong = one.peers == 1 ? "55" : one.peers == 2 ? "39" : "17";
    text += row({number(one.peers), std::string("wrong from ") + wrong,
                 number(one.writes) + " / " + number(one.octets), number(one.erases),
                 number(one.least_erases) + " / " + number(one.most_erases),
                 number(one.word_programs)});
  }
  return text;
}

}  // namespace pm::zms
