# ruff: noqa: E501  # a shape is one line
"""Files in the shapes that public systems export: mapped column by column, with the sums that pandas reads on its own."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pandas as pd
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

# headers of name, account, stage, amount, created, close and owner; stages open, won, lost; delimiter, decimal mark,
# thousands separator, encoding, order of dates
SHAPES = {
    "salesforce": "Opportunity Name|Account Name|Stage|Amount|Created Date|Close Date|Opportunity Owner|Prospecting|Closed Won|Closed Lost|,|.|,|utf-8|%Y-%m-%d",
    "salesforce api": "Name|Account.Name|StageName|Amount|CreatedDate|CloseDate|Owner.Name|Qualification|Closed Won|Closed Lost|,|.||utf-8|%Y-%m-%d",
    "hubspot": "Deal Name|Associated Company|Deal Stage|Amount|Create Date|Close Date|Deal owner|Appointment Scheduled|Closed Won|Closed Lost|,|.||utf-8-sig|%Y-%m-%d",
    "pipedrive": "Deal - Title|Deal - Organization|Deal - Stage|Deal - Value|Deal - Deal created|Deal - Expected close date|Deal - Owner|Qualified|Won|Lost|,|.||utf-8|%Y-%m-%d",
    "zoho": "Deal Name|Account Name|Stage|Amount|Created Time|Closing Date|Deal Owner|Needs Analysis|Closed Won|Closed Lost|,|.|,|utf-8|%Y-%m-%d",
    "dynamics": "Topic|Potential Customer|Status Reason|Est. Revenue|Created On|Est. Close Date|Owner|Open|Won|Lost|,|.|,|utf-8|%Y-%m-%d",
    "odoo": "Opportunity|Customer|Stage|Expected Revenue|Created on|Expected Closing|Salesperson|New|Won|Lost|,|.||utf-8|%Y-%m-%d",
    "suitecrm": "Opportunity Name|Account Name|Sales Stage|Opportunity Amount|Date Created|Expected Close Date|Assigned to|Proposal|Closed Won|Closed Lost|;|.||utf-8|%Y-%m-%d",
    "orocrm": "Opportunity name|Account name|Status|Budget amount|Created at|Expected close date|Owner|Open|Won|Lost|,|.||utf-8|%Y-%m-%d",
    "espocrm": "Name|Account|Stage|Amount|Created At|Close Date|Assigned User|Prospecting|Closed Won|Closed Lost|,|.||utf-8|%Y-%m-%d",
    "tracker": "Project|Client|Status|Estimated Sale|Date Added|Due Date|Rep|Proposal|Won|Lost|,|.|,|cp1252|%m/%d/%Y",
    "notion": "Deal|Company|Status|Value|Created|Expected close|Owner|Proposal|Won|Lost|,|.||utf-8|%B %d, %Y",
    "airtable": "Opportunity name|Company|Status|Estimated value|Created|Expected close date|Owner|Qualification|Closed—won|Closed—lost|,|.||utf-8|%Y-%m-%d",
    "german": "Verkaufschance|Kunde|Phase|Betrag|Erstellt am|Abschlussdatum|Verantwortlich|Angebot|Gewonnen|Verloren|;|,|.|cp1252|%d.%m.%Y",
    "german odoo": "Verkaufschance|Kunde|Stufe|Erwarteter Umsatz|Angelegt am|Erwarteter Abschluss|Verkäufer|Neu|Gewonnen|Verloren|;|,|.|utf-8-sig|%d.%m.%Y",
    "french": "Opportunité|Société|Étape|Montant|Date de création|Date de clôture|Commercial|Proposition|Gagné|Perdu|;|,| |utf-8-sig|%d/%m/%Y",
    "spanish": "Oportunidad|Empresa|Etapa|Importe|Fecha de creación|Fecha de cierre|Propietario|Negociación|Ganada|Perdida|;|,|.|utf-8|%d/%m/%Y",
    "italian": "Opportunità|Azienda|Fase|Importo|Data di creazione|Data di chiusura|Responsabile|Trattativa|Vinta|Persa|;|,|.|cp1252|%d/%m/%Y",
    "portuguese": "Oportunidade|Empresa|Etapa|Valor|Data de criação|Data de fechamento|Vendedor|Proposta|Ganho|Perdido|;|,|.|utf-8|%d/%m/%Y",
    "russian": "Сделка|Компания|Стадия|Сумма|Дата создания|Дата закрытия|Ответственный|Переговоры|Выиграна|Проиграна|;|,| |cp1251|%d.%m.%Y",
    "polish": "Szansa|Klient|Etap|Wartość|Data utworzenia|Data zamknięcia|Opiekun|Oferta|Wygrana|Przegrana|;|,| |cp1250|%d.%m.%Y",
    "japanese": "案件名|取引先|フェーズ|金額|作成日|受注予定日|担当者|提案|受注|失注|,|.|,|cp932|%Y/%m/%d",
    "korean": "영업기회|고객사|단계|금액|생성일|예상 마감일|담당자|제안|수주|실주|,|.|,|utf-8-sig|%Y-%m-%d",
    "chinese": "商机名称|客户名称|销售阶段|预计金额|创建时间|预计成交日期|负责人|谈判|赢单|输单|,|.|,|gb18030|%Y-%m-%d",
    "chinese export": "机会主题|客户|阶段|合同金额|创建日期|预计签单日期|业务员|报价|成交|丢单|\t|.||utf-16|%Y/%m/%d",
}  # fmt: skip
TARGETS = ("name", "account", "stage", "amount", "created", "closing day", "owner")
ROWS = 30


def make_list(shape: list[str]) -> bytes:
    """Return a list of deals as the system writes it; the first day of each column is after the 12th."""
    headers, stages, (delimiter, decimal, thousands, encoding, day) = shape[:7], shape[7:10], shape[10:]
    draw = random.Random("".join(headers))
    rows = [headers]
    for number in range(ROWS):
        amount = f"{draw.randrange(100_000, 90_000_000) / 100:,.2f}".replace(",", "_").replace(".", decimal)
        days = [
            pd.Timestamp(2024 + at, 1 + draw.randrange(12), 28 if not number else 1 + draw.randrange(28))
            for at in (0, 1)
        ]
        rows.append(
            [f"Deal {number}", f"Customer {number % 7}", stages[number % 3], amount.replace("_", thousands),
             *(one.strftime(day) for one in days), f"Person {'ABC'[number % 3]}"]
        )  # fmt: skip
    lines = (delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows)
    return "\r\n".join(lines).encode(encoding)


@pytest.mark.parametrize("system", SHAPES)
def test_a_public_shape_is_mapped_and_summed(system: str, tmp_path: Path) -> None:
    shape = SHAPES[system].split("|")
    (tmp_path / "deals.csv").write_bytes(make_list(shape))
    before = workbook()
    mapping = propose_import_map([tmp_path / "deals.csv"], before)
    assert not mapping.asks
    (file,) = mapping.files
    found = [file.columns[header].to for header in shape[:7]]
    plain = {"closed": "closing day", "expected_close": "closing day", "outcome": "stage"}
    assert [plain.get(to, to) for to in found] == list(TARGETS)
    planned = build_import_changes(before, [tmp_path / "deals.csv"], mapping, as_history=True)
    deals = apply_change_set(before, planned)["Deals"]

    text = (tmp_path / "deals.csv").read_bytes().decode(shape[13])
    alone = pd.read_csv(
        io.StringIO(text),
        sep=shape[10],
        decimal=shape[11],
        thousands=shape[12] or None,
        dtype={shape[4]: str, shape[5]: str},
    )
    kinds = alone.iloc[:, 2].map(dict(zip(shape[7:10], ("open", "won", "lost"), strict=True)))
    assert len(deals) == len(alone) == ROWS
    sums = deals.groupby("outcome")["amount"].sum().round(2).to_dict()
    assert sums == alone.iloc[:, 3].groupby(kinds.to_numpy()).sum().round(2).to_dict()
    days = {column: list(pd.to_datetime(alone.iloc[:, column], format=shape[14])) for column in (4, 5)}
    assert list(deals["created"]) == days[4]
    closing = deals["closed"].fillna(deals["expected_close"]).set_axis(alone.index)
    is_told = closing.notna()  # a lost deal has no closing day in the column of expected days
    assert list(closing[is_told]) == list(pd.Series(days[5])[is_told])
    assert not kinds[~is_told].eq("open").any()
    for column, target in ((0, "name"), (1, "account"), (6, "owner")):
        assert list(deals[target]) == list(alone.iloc[:, column])
