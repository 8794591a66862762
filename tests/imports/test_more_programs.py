# ruff: noqa: E501  # a line of a file is one line
"""Small files in the style of other programs, languages and habits, each with what is open, won and lost in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

# what it shows: encoding, currency of the workbook; lines; number of deals, and the amounts open, won and lost
FILES = {
    "a state that is won, lost or open is no region": (
        "utf-8", "USD",
        ["OpportunityName,OpportunityState,BidAmount,CurrentStage", "Fab,OPEN,25000,Proposal", "Gab,WON,9000,Negotiation", "Hab,LOST,4000,Proposal"],
        (3, 25_000, 9_000, 4_000),
    ),
    "sums of groups without a word": (
        "utf-8", "USD",
        ["Pipeline board", "", "Active Deals", "Name,Stage,Owner,Deal Value", "One,Discovery,Kim,5000", "Two,Proposal,Kim,2500", ",,,7500", "",
         "Closed Won", "Name,Stage,Owner,Deal Value", "Three,Won,Kim,1200", ",,,1200"],
        (3, 7_500, 1_200, 0),
    ),
    "Russian, of Bitrix24": (
        "cp1251", "RUB",
        ["ID;Название;Стадия сделки;Сумма;Валюта;Компания;Предполагаемая дата закрытия", "1;Насосы;Переговоры;1 250 000,50;RUB;ООО Ромашка;30.06.2026",
         "2;Фильтры;Сделка успешна;300 000,00;RUB;ООО Лютик;15.01.2026", "3;Шланги;Сделка провалена;45 000,00;RUB;ООО Мак;16.01.2026"],
        (3, 1_250_000.5, 300_000, 45_000),
    ),
    "Indian, with /- behind the amount": (
        "utf-8", "INR",
        ["Deal,Customer,Stage,Deal Value (INR)", "Mill,Tata,Proposal,₹ 12.5 Lakh", 'Dam,Birla,Proposal,"₹7,00,000"', "Fab,Reliance,Won,₹25 lakhs", 'Gap,Infosys,Lost,"₹45,000/-"'],
        (4, 1_950_000, 2_500_000, 45_000),
    ),
    "Polish": (
        "cp1250", "PLN",
        ["Nazwa szansy;Klient;Etap;Wartość netto", "Linia;Żabka;Negocjacje;12 345,67 zł", "Hala;Orlen;Wygrana;5 000,00 zł", "Rura;PKP;Przegrana;100,00 zł"],
        (3, 12_345.67, 5_000, 100),
    ),
    "Swedish": (
        "utf-8", "SEK",
        ["Affär;Kund;Fas;Värde (SEK)", "Fabrik;Volvo;Offert;1 250 000 kr", "Bro;Saab;Vunnen;80 000 kr", "Kaj;Ericsson;Förlorad;4 500 kr"],
        (3, 1_250_000, 80_000, 4_500),
    ),
    "Turkish, told from Western European by its headers": (
        "cp1254", "TRY",
        ["Fırsat;Müşteri;Aşama;Tutar", "Fabrika;Koç;Teklif;1.250.000,50 TL", "Köprü;Sabancı;Kazanıldı;80.000,00 TL", "Liman;Turkcell;Kaybedildi;4.500,00 TL"],
        (3, 1_250_000.5, 80_000, 4_500),
    ),
    "Czech": (
        "cp1250", "CZK",
        ["Obchodní příležitost;Zákazník;Fáze;Částka", "Závod;Škoda;Nabídka;1 250 000,50 Kč", "Most;ČEZ;Vyhráno;80 000 Kč", "Hala;Řepa;Prohráno;4 500 Kč"],
        (3, 1_250_000.5, 80_000, 4_500),
    ),
    "Danish": (
        "cp1252", "DKK",
        ["Mulighed;Virksomhed;Salgsfase;Beløb", "Fabrik;Mærsk;Tilbud;1.250.000,50 kr.", "Bro;Ørsted;Vundet;80.000 kr.", "Kaj;Årup;Tabt;4.500 kr."],
        (3, 1_250_000.5, 80_000, 4_500),
    ),
    "Japanese, in thousands of yen": (
        "cp932", "JPY",
        ["案件名,会社名,商談フェーズ,受注見込額（千円）", '更新,トヨタ,提案,"3,500"', '新規,ソニー,受注,"1,200"', "増設,任天堂,失注,500"],
        (3, 3_500_000, 1_200_000, 500_000),
    ),
    "Korean, told from Chinese by its headers": (
        "cp949", "KRW",
        ["영업건명,고객사,영업단계,예상금액(만원)", '설비,삼성,제안,"3,500"', '증설,LG,수주,"1,200"', "교체,현대,실주,500"],
        (3, 35_000_000, 12_000_000, 5_000_000),
    ),
    "traditional Chinese": (
        "cp950", "TWD",
        ["商機名稱,客戶名稱,階段,金額", '擴廠,台積電,提案,"NT$350,000"', '新案,鴻海,成交,"NT$120,000"', '舊案,宏碁,失敗,"NT$50,000"'],
        (3, 350_000, 120_000, 50_000),
    ),
    "a row torn by a comma is left out, not misread": (
        "utf-8", "USD",
        ["Deal,Company,Stage,Amount,Close date", "A,Aa,Proposal,85,000,2026-06-30", "B,Bb,Won,500,2026-01-30", "C,Cc,Lost,900,2026-01-31"],
        (2, 0, 500, 900),
    ),
    "cells beside the list tear no row": (
        "utf-8", "USD",
        ["Deal,Company,Stage,Amount,,", "A,Aa,Proposal,85,,see Ann", "B,Bb,Won,500,,", "C,Cc,Lost,900,,"],
        (3, 85, 500, 900),
    ),
}  # fmt: skip


@pytest.mark.parametrize("shown", FILES)
def test_a_file_of_another_program_has_its_right_sums(shown: str, tmp_path: Path) -> None:
    encoding, currency, lines, expected = FILES[shown]
    path, before = tmp_path / "list.csv", workbook("en", currency)
    path.write_bytes("\r\n".join(lines).encode(encoding))
    mapping = propose_import_map([path], before)
    assert not mapping.asks
    planned = build_import_changes(before, [path], mapping, as_history=True)
    deals = apply_change_set(before, planned)["Deals"]
    sums = deals.groupby("outcome")["amount"].sum().round(2)
    assert (len(deals), *(float(sums.get(outcome, 0)) for outcome in ("open", "won", "lost"))) == expected


def test_a_torn_row_is_told_and_kept_whole_to_be_mended(tmp_path: Path) -> None:
    path, before = tmp_path / "list.csv", workbook()
    path.write_text("Deal,Stage,Amount,Owner\nA,Lead,85,000,Ann\nB,Lead,500,Bob\nC,Lead,900,Bob\n", encoding="utf-8")
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert [(finding.rule, finding.severity) for finding in planned.findings] == [("import_torn", "block")]
    (unfinished,) = planned.answer.unfinished
    assert unfinished.rows == (("A", "Lead", "85", "000,Ann"),)
