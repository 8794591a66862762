# ruff: noqa: E501  # a line of a file is one line
"""The default exports of other programs in their users' languages, and everyday words for won, lost and on hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.conftest import ASKED, imported_sums

# program and language: currency of the workbook; number of deals, and the amounts open, won and lost; lines
EXPORTS = {
    "Salesforce, German": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Opportunity-Name;Account-Name;Phase;Betrag;Schlusstermin;Opportunity-Inhaber;Wahrscheinlichkeit (%)", "Pumpen;Dock;Angebot/Preisangebot;85.000,50;30.06.2026;Mara Voss;65", "Rohre;Mill;Geschlossen und gewonnen;1.200,00;15.01.2026;Ivo Kern;100", "Filter;Pier;Geschlossen und verloren;900,00;16.01.2026;Ivo Kern;0"],
    ),
    "Salesforce, French": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Nom de l'opportunité;Nom du compte;Étape;Montant;Date de clôture;Propriétaire de l'opportunité", "Pompes;Dock;Négociation/Révision;85 000,50;30/06/2026;Mara Voss", "Tubes;Mill;Clôturée/Gagnée;1 200,00;15/01/2026;Ivo Kern", "Filtres;Pier;Clôturée/Perdue;900,00;16/01/2026;Ivo Kern"],
    ),
    "Salesforce, Spanish": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Nombre de la oportunidad;Nombre de la cuenta;Etapa;Importe;Fecha de cierre;Propietario de oportunidad", "Bombas;Dock;Prospección;85.000,50;30/06/2026;Mara Voss", "Tubos;Mill;Cerrada ganada;1.200,00;15/01/2026;Ivo Kern", "Filtros;Pier;Cerrada perdida;900,00;16/01/2026;Ivo Kern"],
    ),
    "Salesforce, Japanese": (
        "JPY", (3, 850_000, 120_000, 9_000),
        ["商談名,取引先名,フェーズ,金額,完了予定日,商談 所有者,確度 (%)", "ポンプ,東京商事,提案/見積,850000,2026/06/30,田中,50", "配管,大阪工業,成立,120000,2026/01/15,鈴木,100", "濾過,名古屋,不成立,9000,2026/01/16,鈴木,0"],
    ),
    "Salesforce, Portuguese": (
        "BRL", (3, 85_000.5, 1_200, 900),
        ["Nome da oportunidade;Nome da conta;Fase;Valor;Data de fechamento;Proprietário da oportunidade", "Bombas;Doca;Prospecção;85.000,50;30/06/2026;Mara Voss", "Tubos;Moinho;Fechado e ganho;1.200,00;15/01/2026;Ivo Kern", "Filtros;Cais;Fechado e perdido;900,00;16/01/2026;Ivo Kern"],
    ),
    "Salesforce report with currency columns": (
        "USD", (3, 1_000, 500, 200),
        ["Opportunity Name,Stage,Amount Currency,Amount,Amount (converted) Currency,Amount (converted),Close Date", "Pumps,Proposal/Price Quote,USD,1000.00,USD,1000.00,2026-06-30", "Pipes,Closed Won,USD,500.00,USD,500.00,2026-01-15", "Bolts,Closed Lost,USD,200.00,USD,200.00,2026-01-16"],
    ),
    "HubSpot, German": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Datensatz-ID;Deal-Name;Deal-Phase;Betrag;Abschlussdatum;Zuständiger Mitarbeiter für Deal;Zugehöriges Unternehmen", "11;Pumpen;Termin vereinbart;85000;30.06.2026;Mara Voss;Dock", "12;Rohre;Abgeschlossen und gewonnen;1200;15.01.2026;Ivo Kern;Mill", "13;Filter;Abgeschlossen und verloren;900;16.01.2026;Ivo Kern;Pier"],
    ),
    "HubSpot, French": (
        "EUR", (3, 85_000, 1_200, 900),
        ["ID de fiche d'information;Nom de la transaction;Phase de la transaction;Montant;Date de fermeture;Propriétaire de la transaction", "11;Pompes;Rendez-vous planifié;85000;30/06/2026;Mara Voss", "12;Tubes;Fermé gagné;1200;15/01/2026;Ivo Kern", "13;Filtres;Fermé perdu;900;16/01/2026;Ivo Kern"],
    ),
    "HubSpot, Spanish": (
        "EUR", (3, 85_000, 1_200, 900),
        ["ID de registro;Nombre del negocio;Etapa del negocio;Valor;Fecha de cierre;Propietario del negocio", "11;Bombas;Cita programada;85000;30/06/2026;Mara Voss", "12;Tubos;Cierre ganado;1200;15/01/2026;Ivo Kern", "13;Filtros;Cierre perdido;900;16/01/2026;Ivo Kern"],
    ),
    "HubSpot, Japanese": (
        "JPY", (3, 850_000, 120_000, 9_000),
        ["レコードID,取引名,取引ステージ,金額,クローズ日,取引担当者", "11,ポンプ,アポイント設定済み,850000,2026-06-30,田中", "12,配管,成約,120000,2026-01-15,鈴木", "13,濾過,失注,9000,2026-01-16,鈴木"],
    ),
    "HubSpot, Portuguese": (
        "BRL", (3, 85_000, 1_200, 900),
        ["ID do registro;Nome do negócio;Etapa do negócio;Valor;Data de fechamento;Proprietário do negócio", "11;Bombas;Compromisso agendado;85000;30/06/2026;Mara Voss", "12;Tubos;Negócio ganho;1200;15/01/2026;Ivo Kern", "13;Filtros;Negócio perdido;900;16/01/2026;Ivo Kern"],
    ),
    "Pipedrive, German": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Deal - Titel,Deal - Organisation,Deal - Phase,Deal - Wert,Deal - Status,Deal - Besitzer", "Pumpen,Dock,Angebot erstellt,85000,Offen,Mara Voss", "Rohre,Mill,Verhandlung,1200,Gewonnen,Ivo Kern", "Filter,Pier,Verhandlung,900,Verloren,Ivo Kern"],
    ),
    "Pipedrive, French": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Affaire - Titre,Affaire - Organisation,Affaire - Étape,Affaire - Valeur,Affaire - Statut,Affaire - Propriétaire", "Pompes,Dock,Proposition,85000,Ouverte,Mara Voss", "Tubes,Mill,Négociation,1200,Gagnée,Ivo Kern", "Filtres,Pier,Négociation,900,Perdue,Ivo Kern"],
    ),
    "Pipedrive, Spanish": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Trato - Título,Trato - Organización,Trato - Etapa,Trato - Valor,Trato - Estado,Trato - Propietario", "Bombas,Dock,Propuesta,85000,Abierto,Mara Voss", "Tubos,Mill,Negociación,1200,Ganado,Ivo Kern", "Filtros,Pier,Negociación,900,Perdido,Ivo Kern"],
    ),
    "Pipedrive, Portuguese": (
        "BRL", (3, 85_000, 1_200, 900),
        ["Negócio - Título,Negócio - Organização,Negócio - Etapa,Negócio - Valor,Negócio - Status,Negócio - Proprietário", "Bombas,Doca,Proposta,85000,Aberto,Mara Voss", "Tubos,Moinho,Negociação,1200,Ganho,Ivo Kern", "Filtros,Cais,Negociação,900,Perdido,Ivo Kern"],
    ),
    "Zoho, German": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Datensatz-ID,Abschlussname,Kontoname,Phase,Betrag,Abschlussdatum,Abschluss-Eigentümer", "z1,Pumpen,Dock,Bedarfsanalyse,85000,2026-06-30,Mara Voss", "z2,Rohre,Mill,Abgeschlossen (gewonnen),1200,2026-01-15,Ivo Kern", "z3,Filter,Pier,Abgeschlossen (verloren an Wettbewerb),900,2026-01-16,Ivo Kern"],
    ),
    "Zoho, French": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Nom de l'affaire;Nom du compte;Étape;Montant;Date de fermeture;Propriétaire de l'affaire", "Pompes;Dock;Analyse des besoins;85000;2026-06-30;Mara Voss", "Tubes;Mill;Fermée - gagnée;1200;2026-01-15;Ivo Kern", "Filtres;Pier;Fermée - perdue au profit de la concurrence;900;2026-01-16;Ivo Kern"],
    ),
    "Dynamics, German": (
        "EUR", (3, 85_000, 1_200, 900),
        ["(Nicht ändern) Verkaufschance;Thema;Potenzieller Kunde;Gesch. Umsatz;Gesch. Abschlussdatum;Status;Statusgrund;Besitzer", "a1-1;Pumpen;Dock;85.000,00 €;30.06.2026;Offen;In Bearbeitung;Mara Voss", "a1-2;Rohre;Mill;1.200,00 €;15.01.2026;Gewonnen;Gewonnen;Ivo Kern", "a1-3;Filter;Pier;900,00 €;16.01.2026;Verloren;Ausverkauft;Ivo Kern"],
    ),
    "Dynamics, Chinese": (
        "CNY", (3, 85_000, 1_200, 900),
        ["主题,潜在客户,预计收入,预计结束日期,状态,状态描述,负责人", '水泵,宏达,"¥85,000.00",2026-06-30,开放,正在进行,张伟', '管道,远景,"¥1,200.00",2026-01-15,赢单,赢单,李娜', '滤网,上海港,"¥900.00",2026-01-16,输单,已取消,李娜'],
    ),
    "Odoo, French": (
        "EUR", (3, 85_900, 1_200, 0),
        ["Opportunité;Client;Étape;Revenu espéré;Clôture prévue;Vendeur", "Pompes;Dock;Nouveau;85000,0;2026-06-30;Mara Voss", "Tubes;Mill;Gagné;1200,0;2026-01-15;Ivo Kern", "Filtres;Pier;Proposition;900,0;2026-07-16;Ivo Kern"],
    ),
    "Odoo, Spanish": (
        "EUR", (3, 85_900.5, 1_200, 0),
        ["Oportunidad;Cliente;Etapa;Ingreso esperado;Cierre esperado;Comercial", "Bombas;Dock;Nuevo;85000,5;2026-06-30;Mara Voss", "Tubos;Mill;Ganado;1200,0;2026-01-15;Ivo Kern", "Filtros;Pier;Calificado;900,0;2026-07-16;Ivo Kern"],
    ),
    "Odoo, Chinese": (
        "CNY", (3, 85_900, 1_200, 0),
        ["商机,客户,阶段,预期收益,预期结束,销售员", "水泵,宏达,新,85000,2026-06-30,张伟", "管道,远景,已赢得,1200,2026-01-15,李娜", "滤网,上海港,提议,900,2026-07-16,李娜"],
    ),
    "Freshsales": (
        "USD", (3, 85_000, 1_200, 900),
        ["Id,Name,Amount,Deal stage,Sales owner,Account,Expected close date,Closed date,Lost reason", "1,Pumps,85000,Demo,Mara Voss,Dock,2026-06-30,,", "2,Pipes,1200,Won,Ivo Kern,Mill,2026-01-10,2026-01-15,", "3,Bolts,900,Lost,Ivo Kern,Pier,2026-01-10,2026-01-16,Price"],
    ),
    "Copper": (
        "USD", (3, 85_000, 1_200, 900),
        ["Name,Status,Company,Primary Contact,Stage,Pipeline,Value,Priority,Win Probability,Close Date,Owned By", "Pumps,Open,Dock,Ann Lee,Proposal,Sales,85000,High,50,6/30/2026,Mara Voss", "Pipes,Won,Mill,Bob Ray,Contract,Sales,1200,None,100,1/15/2026,Ivo Kern", "Bolts,Abandoned,Pier,Sue Day,Proposal,Sales,900,Low,0,1/16/2026,Ivo Kern"],
    ),
    "Insightly": (
        "USD", (3, 85_900, 1_200, 0),
        ["RecordId,OpportunityName,OpportunityState,OrganizationName,CurrentStage,OpportunityValue,WinProbability,ForecastCloseDate,UserResponsible", "1,Pumps,Open,Dock,Proposal,85000,50,2026-06-30,Mara Voss", "2,Pipes,Won,Mill,Contract,1200,100,2026-01-15,Ivo Kern", "3,Bolts,Suspended,Pier,Proposal,900,10,2026-07-16,Ivo Kern"],
    ),
    "Close": (
        "USD", (3, 85_000, 1_200, 900),
        ["lead_name,status_label,status_type,value,value_period,confidence,date_created,date_won,expected_date,user_name,note", "Dock,Proposal Sent,active,85000,one_time,50,2025-05-01,,2026-06-30,Mara Voss,pumps", "Mill,Contract Signed,won,1200,one_time,100,2025-05-02,2025-06-02,2025-06-02,Ivo Kern,pipes", "Pier,Lost,lost,900,one_time,0,2025-05-03,,2025-06-03,Ivo Kern,bolts"],
    ),
    "Capsule": (
        "GBP", (3, 85_000, 1_200, 900),
        ["Opportunity,Organisation,Milestone,Value,Currency,Probability,Expected Close Date,Owner,Actual Close Date", "Pumps,Dock,Proposal,85000,GBP,50,30/06/2026,mara,", "Pipes,Mill,Won,1200,GBP,100,15/01/2026,ivo,15/01/2026", "Bolts,Pier,Lost,900,GBP,0,16/01/2026,ivo,16/01/2026"],
    ),
    "Streak": (
        "USD", (3, 85_000, 1_200, 900),
        ["Name,Stage,Deal Size,Assigned To,Notes,Date Created", "Pumps,Pitched,85000,mara@x.example,,2025-05-01", "Pipes,Closed - Won,1200,ivo@x.example,,2025-05-02", "Bolts,Closed - Lost,900,ivo@x.example,,2025-05-03"],
    ),
    "monday, one board with groups": (
        "USD", (3, 86_000, 1_200, 0),
        ["Deals,,,,", "Manage all deals,,,,", ",,,,", "Active deals,,,,", "Name,Stage,Owner,Deal value,Expected close date", "Pumps,Proposal,Mara Voss,85000,2026-06-30", "Hoses,Discovery,Mara Voss,1000,2026-07-30", ",,,86000,", ",,,,", "Closed Won,,,,", "Name,Stage,Owner,Deal value,Expected close date", "Pipes,Won,Ivo Kern,1200,2026-01-15", ",,,1200,"],
    ),
    "ClickUp": (
        "USD", (3, 85_000, 1_200, 900),
        ["Task ID,Task Name,Status,Assignee,Due Date,Deal Value (currency),Company (short text)", "86a,Pumps,negotiation,Mara Voss,2026-06-30,85000,Dock", "86b,Pipes,won,Ivo Kern,2026-01-15,1200,Mill", "86c,Bolts,lost,Ivo Kern,2026-01-16,900,Pier"],
    ),
    "Bitrix24, English": (
        "USD", (3, 85_000, 1_200, 900),
        ["ID;Deal Name;Stage;Total;Currency;Company: Company Name;Responsible person;Expected close date", "1;Pumps;Invoice;85000.00;US Dollar;Dock;Mara Voss;06/30/2026", "2;Pipes;Deal won;1200.00;US Dollar;Mill;Ivo Kern;01/15/2026", "3;Bolts;Deal lost;900.00;US Dollar;Pier;Ivo Kern;01/16/2026"],
    ),
    "amoCRM": (
        "RUB", (3, 85_000, 1_200, 900),
        ["ID;Название сделки;Компания;Ответственный;Этап сделки;Воронка;Бюджет , руб.;Дата создания сделки;Дата закрытия", "1;Насосы;ООО Док;Мара Фосс;Первичный контакт;Воронка;85000;01.05.2025;не закрыта", "2;Трубы;ООО Мельница;Иво Керн;Успешно реализовано;Воронка;1200;02.05.2025;02.06.2025", "3;Болты;ООО Пирс;Иво Керн;Закрыто и не реализовано;Воронка;900;03.05.2025;03.06.2025"],
    ),
    "Zendesk Sell": (
        "USD", (3, 85_000, 1_200, 900),
        ["id,name,value,currency,owner,primary_contact,company_name,stage_name,added_on,estimated_close_date,last_stage_change_at,loss_reason", "1,Pumps,85000,USD,Mara Voss,Ann,Dock,Incoming,2025-05-01,2026-06-30,2025-05-02,", "2,Pipes,1200,USD,Ivo Kern,Bob,Mill,Won,2025-05-01,2025-06-01,2025-06-02,", "3,Bolts,900,USD,Ivo Kern,Sue,Pier,Unqualified,2025-05-01,2025-06-01,2025-06-02,Price"],
    ),
    "SugarCRM": (
        "USD", (3, 85_000, 1_200, 900),
        ["Opportunity Name,Account Name,Sales Stage,Likely,Best,Worst,Expected Close Date,Assigned to", "Pumps,Dock,Proposal/Price Quote,85000,99000,50000,06/30/2026,mara", "Pipes,Mill,Closed Won,1200,1200,1200,01/15/2026,ivo", "Bolts,Pier,Closed Lost,900,1000,0,01/16/2026,ivo"],
    ),
    "Vtiger": (
        "USD", (3, 85_000, 1_200, 900),
        ["Opportunity Name,Organization Name,Contact Name,Amount,Sales Stage,Expected Close Date,Probability,Forecast Amount,Assigned To", "Pumps,Dock,Ann Lee,85000.00,Id. Decision Makers,30-06-2026,60,51000.00,Mara", "Pipes,Mill,Bob Ray,1200.00,Closed Won,15-01-2026,100,1200.00,Ivo", "Bolts,Pier,Sue Day,900.00,Closed Lost,16-01-2026,0,0.00,Ivo"],
    ),
    "Agile CRM": (
        "USD", (3, 85_000, 1_200, 900),
        ["Name,Track,Milestone,Expected Value,Probability,Close Date,Owner,Company", "Pumps,Default,Proposal,85000,50,06/30/2026,Mara,Dock", "Pipes,Default,Won,1200,100,01/15/2026,Ivo,Mill", "Bolts,Default,Lost,900,0,01/16/2026,Ivo,Pier"],
    ),
    "Nimble": (
        "USD", (3, 85_000, 1_200, 900),
        ["Deal Name,Amount,Stage,Probability,Age,Expected Close,Owner,Related to", "Pumps,$85000,Needs analysis,20%,12,2026-06-30,Mara,Dock", "Pipes,$1200,Won,100%,30,2026-01-15,Ivo,Mill", "Bolts,$900,Lost,0%,40,2026-01-16,Ivo,Pier"],
    ),
    "纷享销客": (
        "CNY", (3, 85_000, 1_200, 900),
        ["商机编号,商机名称,客户名称,商机金额(元),销售流程,商机阶段,预计成交日期,赢率,负责人,生命状态", "SJ001,水泵,宏达,85000.00,标准流程,方案/报价,2026-06-30,50%,张伟,正常", "SJ002,管道,远景,1200.00,标准流程,赢单,2026-01-15,100%,李娜,正常", "SJ003,滤网,上海港,900.00,标准流程,输单,2026-01-16,0%,李娜,正常"],
    ),
    "销售易": (
        "CNY", (3, 85_000, 1_200, 900),
        ["销售机会名称,客户名称,销售金额,销售阶段,结单日期,赢率(%),销售机会所有人,状态", "水泵,宏达,85000,初步接洽,2026-06-30,10,张伟,进行中", "管道,远景,1200,赢单,2026-01-15,100,李娜,已结束", "滤网,上海港,900,输单,2026-01-16,0,李娜,已结束"],
    ),
    "悟空CRM": (
        "CNY", (3, 85_000, 1_200, 900),
        ["商机名称,客户名称,商机状态组,商机阶段,商机金额（元）,预计成交日期,商机折扣,负责人", "水泵,宏达,系统默认,需求分析,85000,2026-06-30,100,张伟", "管道,远景,系统默认,赢单,1200,2026-01-15,100,李娜", "滤网,上海港,系统默认,无效,900,2026-01-16,100,李娜"],
    ),
    "Mazrica Senses": (
        "JPY", (3, 850_000, 120_000, 9_000),
        ["案件ID,案件名,取引先名,案件タイプ,フェーズ,契約予定日,契約金額,主担当者", "1,ポンプ,東京商事,新規,提案,2026-06-30,850000,田中", "2,配管,大阪工業,新規,受注,2026-01-15,120000,鈴木", "3,濾過,名古屋,新規,失注,2026-01-16,9000,鈴木"],
    ),
    "RD Station": (
        "BRL", (3, 85_000, 1_200, 900),
        ["Nome;Empresa;Qualificação;Funil de vendas;Etapa;Estado;Motivo de Perda;Valor Único;Previsão de fechamento;Responsável", "Bombas;Doca;3;Padrão;Proposta;Em andamento;;85000;30/06/2026;Mara Voss", "Tubos;Moinho;4;Padrão;Negociação;Vendida;;1200;15/01/2026;Ivo Kern", "Filtros;Cais;1;Padrão;Proposta;Perdida;Preço;900;16/01/2026;Ivo Kern"],
    ),
    "Ploomes": (
        "BRL", (3, 85_000, 1_200, 900),
        ["Título;Cliente;Funil;Estágio;Valor;Situação;Responsável;Data de criação", "Bombas;Doca;Vendas;Proposta;R$ 85.000,00;Em aberto;Mara Voss;01/05/2025", "Tubos;Moinho;Vendas;Negociação;R$ 1.200,00;Ganho;Ivo Kern;02/05/2025", "Filtros;Cais;Vendas;Proposta;R$ 900,00;Perdido;Ivo Kern;13/05/2025"],
    ),
    "Teamleader, Dutch": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Titel;Klant;Fase;Bedrag;Verwachte sluitingsdatum;Verantwoordelijke", "Pompen;Dock;Offerte verstuurd;85.000,50;30/06/2026;Mara Voss", "Buizen;Mill;Aanvaard;1.200,00;15/01/2026;Ivo Kern", "Filters;Pier;Geweigerd;900,00;16/01/2026;Ivo Kern"],
    ),
    "Teamleader, French": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Titre;Client;Phase;Montant;Date de clôture prévue;Responsable", "Pompes;Dock;Offre envoyée;85000,50;30/06/2026;Mara Voss", "Tubes;Mill;Accepté;1200,00;15/01/2026;Ivo Kern", "Filtres;Pier;Refusé;900,00;16/01/2026;Ivo Kern"],
    ),
    "weclapp": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Nummer;Bezeichnung;Kunde;Verkaufsphase;Erwarteter Umsatz;Voraussichtlicher Abschluss;Verantwortlicher", "1001;Pumpen;Dock;Angebotserstellung;85.000,50;30.06.2026;Mara Voss", "1002;Rohre;Mill;Gewonnen;1.200,00;15.01.2026;Ivo Kern", "1003;Filter;Pier;Verloren;900,00;16.01.2026;Ivo Kern"],
    ),
    "Sellsy": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Nom de l'opportunité;Société;Pipeline;Étape;Montant potentiel;Probabilité;Échéance;Statut;Propriétaire", "Pompes;Dock;Ventes;Proposition;85000,50;50;30/06/2026;En cours;Mara Voss", "Tubes;Mill;Ventes;Signature;1200,00;100;15/01/2026;Gagnée;Ivo Kern", "Filtres;Pier;Ventes;Proposition;900,00;0;16/01/2026;Perdue;Ivo Kern"],
    ),
    "noCRM.io": (
        "USD", (3, 85_000, 1_200, 900),
        ["Id,Lead,Step,Status,Amount,Probability,Estimated closing date,User,Created at,Closed at", "1,Pumps,Proposal,standby,85000,50,2026-06-30,Mara,2025-05-01,", "2,Pipes,Contract,won,1200,100,2025-06-01,Ivo,2025-05-02,2025-06-02", "3,Bolts,Proposal,cancelled,900,0,2025-06-03,Ivo,2025-05-03,2025-06-03"],
    ),
    "Pipeliner": (
        "USD", (3, 85_000, 1_200, 900),
        ["Opportunity Name,Primary Account,Sales Unit,Step,Opportunity Value,Closing Date,Owner", "Pumps,Dock,North,Proposal,85000,2026-06-30,Mara Voss", "Pipes,Mill,North,Won,1200,2026-01-15,Ivo Kern", "Bolts,Pier,South,Lost,900,2026-01-16,Ivo Kern"],
    ),
    "Act!": (
        "USD", (3, 85_000, 1_200, 900),
        ["Status,Opportunity Name,Company,Contact,Stage,Prob.,Total,Est. Close,Actual Close,Record Manager", "Open,Pumps,Dock,Ann Lee,Presentation,50,85000.00,6/30/2026,,Mara Voss", "Closed - Won,Pipes,Mill,Bob Ray,Commitment to Buy,100,1200.00,1/15/2026,1/15/2026,Ivo Kern", "Closed - Lost,Bolts,Pier,Sue Day,Negotiation,0,900.00,1/16/2026,1/16/2026,Ivo Kern"],
    ),
    "Maximizer": (
        "CAD", (3, 85_000, 1_200, 900),
        ["Objective,Company,Status,Forecast Revenue,Probability of Close,Close Date,Leader", "Pumps,Dock,In Progress,85000,50,2026-06-30,Mara Voss", "Pipes,Mill,Won,1200,100,2026-01-15,Ivo Kern", "Bolts,Pier,Abandoned,900,0,2026-01-16,Ivo Kern"],
    ),
    "Nutshell": (
        "USD", (3, 85_000, 1_200, 900),
        ["Lead number,Name,Company,Status,Stage,Value,Confidence,Assigned to,Created date,Closed date", "Lead-1001,Pumps,Dock,Open,Proposal,85000,50%,Mara Voss,2025-05-01,", "Lead-1002,Pipes,Mill,Won,Proposal,1200,100%,Ivo Kern,2025-05-02,2025-06-02", "Lead-1003,Bolts,Pier,Lost,Proposal,900,0%,Ivo Kern,2025-05-03,2025-06-03"],
    ),
    "Dutch tenders": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Project;Opdrachtgever;Status;Inschrijfsom;Gunning verwacht", "Brug;Dock;Ingeschreven;€ 85.000,50;30-06-2026", "Sluis;Mill;Gegund;€ 1.200,00;15-01-2026", "Kade;Pier;Niet gegund;€ 900,00;16-01-2026"],
    ),
    "German tenders": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Projekt;Auftraggeber;Status;Angebotssumme netto;Vergabe", "Brücke;Dock;Angebot abgegeben;85.000,50 €;30.06.2026", "Schleuse;Mill;Zuschlag erhalten;1.200,00 €;15.01.2026", "Kai;Pier;Zuschlag an Wettbewerber;900,00 €;16.01.2026"],
    ),
    "Spanish tenders": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Proyecto;Cliente;Estado;Presupuesto;Fecha prevista", "Puente;Dock;Presentado;85.000,50;30/06/2026", "Esclusa;Mill;Adjudicado;1.200,00;15/01/2026", "Muelle;Pier;No adjudicado;900,00;16/01/2026"],
    ),
    "Chinese everyday words": (
        "CNY", (4, 85_000, 1_200, 1_000),
        ["项目,客户,进度,预算,预计签约", "水泵,宏达,已报价,8.5万,2026-06-30", "管道,远景,已签合同,1200,2026-01-15", "滤网,上海港,黄了,900,2026-01-16", "阀门,北港,丢标,100,2026-01-17"],
    ),
    "Japanese everyday words": (
        "JPY", (4, 850_100, 120_000, 9_000),
        ["案件,お客様,状況,見積金額,受注予定", "ポンプ,東京商事,検討中,850000,2026/06/30", "配管,大阪工業,ご発注,120000,2026/01/15", "濾過,名古屋,お断り,9000,2026/01/16", "弁,京都,保留,100,2026/07/17"],
    ),
    "Korean everyday words": (
        "KRW", (4, 850_100, 120_000, 9_000),
        ["프로젝트,고객사,진행상태,견적금액,계약예정일", "펌프,삼성,제안서 제출,850000,2026-06-30", "배관,현대,계약체결,120000,2026-01-15", "필터,LG,탈락,9000,2026-01-16", "밸브,SK,보류,100,2026-07-17"],
    ),
    "Italian everyday words": (
        "EUR", (4, 85_100.5, 1_200, 900),
        ["Trattativa;Cliente;Stato;Valore;Chiusura prevista", "Pompe;Dock;Preventivo inviato;85.000,50;30/06/2026", "Tubi;Mill;Chiusa vinta;1.200,00;15/01/2026", "Filtri;Pier;Chiusa persa;900,00;16/01/2026", "Valvole;Kai;In sospeso;100,00;16/07/2026"],
    ),
    "Russian everyday words": (
        "RUB", (4, 85_100.5, 1_200, 900),
        ["Сделка;Клиент;Этап;Сумма;Плановая дата закрытия", "Насосы;ООО Док;КП отправлено;85 000,50;30.06.2026", "Трубы;ООО Мельница;Договор подписан;1 200,00;15.01.2026", "Болты;ООО Пирс;Отказ клиента;900,00;16.01.2026", "Клапан;ООО Порт;На паузе;100,00;16.07.2026"],
    ),
    "French everyday words": (
        "EUR", (4, 85_100.5, 1_200, 900),
        ["Affaire;Client;Statut;Montant HT;Signature prévue", "Pompes;Dock;Devis envoyé;85 000,50 €;30/06/2026", "Tubes;Mill;Commande signée;1 200,00 €;15/01/2026", "Filtres;Pier;Sans suite - prix;900,00 €;16/01/2026", "Vannes;Quai;En stand-by;100,00 €;16/07/2026"],
    ),
    "Swedish everyday words": (
        "SEK", (4, 85_100.5, 1_200, 900),
        ["Affär;Kund;Status;Ordervärde;Beräknat avslut", "Pumpar;Dock;Offert skickad;85 000,50;2026-06-30", "Rör;Mill;Order;1 200,00;2026-01-15", "Filter;Pier;Avböjt;900,00;2026-01-16", "Ventil;Kaj;Vilande;100,00;2026-07-16"],
    ),
    "Zoho, Spanish": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Nombre de Oportunidad;Nombre de cuenta;Fase;Importe;Fecha de cierre;Propietario de Oportunidad", "Bombas;Dock;Análisis de necesidades;85000;2026-06-30;Mara", "Tubos;Mill;Cerrado (ganado);1200;2026-01-15;Ivo", "Filtros;Pier;Cerrado (perdido);900;2026-01-16;Ivo"],
    ),
    "Zoho, Japanese": (
        "JPY", (3, 850_000, 120_000, 9_000),
        ["商談名,取引先名,ステージ,総額,完了予定日,商談の担当者", "ポンプ,東京商事,ニーズ分析,850000,2026/06/30,田中", "配管,大阪工業,成約,120000,2026/01/15,鈴木", "濾過,名古屋,失注,9000,2026/01/16,鈴木"],
    ),
    "Dynamics, French": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Rubrique;Client potentiel;Revenus est.;Date de clôture est.;Statut;Propriétaire", "Pompes;Dock;85 000,00 €;30/06/2026;Ouvert;Mara", "Tubes;Mill;1 200,00 €;15/01/2026;Gagnée;Ivo", "Filtres;Pier;900,00 €;16/01/2026;Perdue;Ivo"],
    ),
    "Dynamics, Spanish": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Tema;Cliente potencial;Ingresos est.;Fecha de cierre est.;Estado;Propietario", "Bombas;Dock;85.000,00 €;30/06/2026;Abierta;Mara", "Tubos;Mill;1.200,00 €;15/01/2026;Ganada;Ivo", "Filtros;Pier;900,00 €;16/01/2026;Perdida;Ivo"],
    ),
    "Odoo, German": (
        "EUR", (3, 85_900.5, 1_200, 0),
        ["Verkaufschance;Kunde;Phase;Erwarteter Umsatz;Erwarteter Abschluss;Vertriebsmitarbeiter", "Pumpen;Dock;Neu;85000,5;30.06.2026;Mara", "Rohre;Mill;Gewonnen;1200,0;15.01.2026;Ivo", "Filter;Pier;Qualifiziert;900,0;16.07.2026;Ivo"],
    ),
    "Pipedrive, Dutch": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Deal - Titel,Deal - Organisatie,Deal - Fase,Deal - Waarde,Deal - Status,Deal - Eigenaar", "Pompen,Dock,Offerte verstuurd,85000,Open,Mara", "Buizen,Mill,Onderhandeling,1200,Gewonnen,Ivo", "Filters,Pier,Onderhandeling,900,Verloren,Ivo"],
    ),
    "Pipedrive, Italian": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Affare - Titolo,Affare - Organizzazione,Affare - Fase,Affare - Valore,Affare - Stato,Affare - Proprietario", "Pompe,Dock,Proposta fatta,85000,Aperto,Mara", "Tubi,Mill,Trattativa,1200,Vinto,Ivo", "Filtri,Pier,Trattativa,900,Perso,Ivo"],
    ),
    "HubSpot, Italian": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Nome trattativa;Fase trattativa;Importo;Data di chiusura;Proprietario trattativa", "Pompe;Appuntamento programmato;85000;30/06/2026;Mara", "Tubi;Chiusa vinta;1200;15/01/2026;Ivo", "Filtri;Chiusa persa;900;16/01/2026;Ivo"],
    ),
    "HubSpot, Dutch": (
        "EUR", (3, 85_000, 1_200, 900),
        ["Dealnaam;Dealfase;Bedrag;Sluitingsdatum;Dealeigenaar", "Pompen;Afspraak gepland;85000;30-06-2026;Mara", "Buizen;Gesloten en gewonnen;1200;15-01-2026;Ivo", "Filters;Gesloten en verloren;900;16-01-2026;Ivo"],
    ),
    "HubSpot, Chinese": (
        "CNY", (3, 85_000, 1_200, 900),
        ["交易名称,交易阶段,金额,关闭日期,交易所有者", "水泵,已安排约会,85000,2026-06-30,张伟", "管道,已成交,1200,2026-01-15,李娜", "滤网,已丢单,900,2026-01-16,李娜"],
    ),
    "Bitrix24, German": (
        "EUR", (3, 85_000, 1_200, 900),
        ["ID;Name;Phase;Summe;Währung;Unternehmen;Zuständige Person;Voraussichtliches Abschlussdatum", "1;Pumpen;Rechnung;85000.00;EUR;Dock;Mara;30.06.2026", "2;Rohre;Auftrag gewonnen;1200.00;EUR;Mill;Ivo;15.01.2026", "3;Filter;Auftrag verloren;900.00;EUR;Pier;Ivo;16.01.2026"],
    ),
    "Kommo, English": (
        "USD", (3, 85_000, 1_200, 900),
        ["ID,Lead title,Company name,Responsible user,Lead status,Pipeline,Sale,Created at,Closed at", "1,Pumps,Dock,Mara,Offer made,Main,85000,01.05.2025,", "2,Pipes,Mill,Ivo,Closed - won,Main,1200,02.05.2025,02.06.2025", "3,Bolts,Pier,Ivo,Closed - lost,Main,900,13.05.2025,03.06.2025"],
    ),
    "金蝶": (
        "CNY", (3, 85_000, 1_200, 900),
        ["单据编号,商机名称,客户,商机阶段,预计金额,预计签约日期,销售员,单据状态", 'SJ1,水泵,宏达,方案报价,"85,000.00",2026/6/30,张伟,已审核', 'SJ2,管道,远景,赢单,"1,200.00",2026/1/15,李娜,已审核', "SJ3,滤网,上海港,输单,900.00,2026/1/16,李娜,已审核"],
    ),
    "钉钉 sheet by hand": (
        "CNY", (2, 85_000, 1_200, 0),
        ["销售漏斗表（2026年上半年）,,,,", "填表人：张伟,,,,单位：万元", "项目名称,客户,销售阶段,预计金额,预计成交时间", "水泵,宏达,商务谈判,8.5,2026年6月", "管道,远景,成交,0.12,2026年1月", "合计,,,8.62,"],
    ),
    "Czech": (
        "CZK", (3, 85_000.5, 1_200, 900),
        ["Název příležitosti;Zákazník;Stav;Hodnota;Předpokládané uzavření", "Čerpadla;Dok;Nabídka odeslána;85 000,50;30.6.2026", "Trubky;Mill;Vyhráno;1 200,00;15.1.2026", "Filtry;Pier;Prohráno;900,00;16.1.2026"],
    ),
    "Finnish": (
        "EUR", (3, 85_000.5, 1_200, 900),
        ["Kauppa;Asiakas;Tila;Arvo;Arvioitu päättymispäivä", "Pumput;Dock;Tarjous lähetetty;85 000,50;30.6.2026", "Putket;Mill;Voitettu;1 200,00;15.1.2026", "Suodattimet;Pier;Hävitty;900,00;16.1.2026"],
    ),
    "Norwegian": (
        "NOK", (3, 85_000.5, 1_200, 900),
        ["Salgsmulighet;Kunde;Fase;Verdi;Forventet avslutning", "Pumper;Dock;Tilbud sendt;85 000,50;30.06.2026", "Rør;Mill;Vunnet;1 200,00;15.01.2026", "Filter;Pier;Tapt;900,00;16.01.2026"],
    ),
    "Hungarian": (
        "HUF", (3, 85_000, 1_200, 900),
        ["Lehetőség;Ügyfél;Szakasz;Érték;Várható lezárás", "Szivattyú;Dock;Ajánlat elküldve;85 000;2026.06.30.", "Cső;Mill;Megnyert;1 200;2026.01.15.", "Szűrő;Pier;Elveszett;900;2026.01.16."],
    ),
    "Vietnamese": (
        "VND", ASKED,
        ["Cơ hội,Khách hàng,Giai đoạn,Giá trị,Ngày dự kiến chốt", "Máy bơm,Dock,Báo giá,85000000,2026-06-30", "Ống,Mill,Thành công,1200000,2026-01-15", "Lọc,Pier,Thất bại,900000,2026-01-16"],
    ),
    "Turkish": (
        "TRY", (3, 85_000.5, 1_200, 900),
        ["Fırsat Adı;Müşteri;Aşama;Tutar;Tahmini Kapanış Tarihi", "Pompa;Dok;Teklif Verildi;85.000,50;30.06.2026", "Boru;Mill;Kazanıldı;1.200,00;15.01.2026", "Filtre;Pier;Kaybedildi;900,00;16.01.2026"],
    ),
    "Polish": (
        "PLN", (3, 85_000.5, 1_200, 900),
        ["Nazwa szansy;Klient;Status;Wartość;Opiekun", "Pompy;Dok;Oferta wysłana;85 000,50;Mara Voss", "Rury;Mill;Zrealizowana;1 200,00;Ivo Kern", "Filtry;Pier;Utracona;900,00;Ivo Kern"],
    ),
    "traditional Chinese": (
        "TWD", (3, 85_000, 1_200, 900),
        ["專案名稱,客戶,進度,預估金額,預計成交日,業務", "水泵,台積電,報價中,85000,2026/06/30,王小明", "管線,鴻海,得標,1200,2026/01/15,陳小姐", "濾網,宏碁,未得標,900,2026/01/16,陳小姐"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", EXPORTS)
def test_a_default_export_has_its_right_sums(program: str, tmp_path: Path) -> None:
    currency, expected, lines = EXPORTS[program]
    assert imported_sums(tmp_path / "list.csv", lines, currency) == expected


def test_enough_programs_and_languages_are_tried() -> None:
    assert len(EXPORTS) > 60
