"""The add-in: built from text, installed, and examined by its doctor.

The terminal may enter, and Excel when the add-in is built.

Public names, by file:

    addin_build: build_addin
    addin_doctor: diagnose_addin, Diagnosis, process_environment
    excel_selftest: run_selftest_in_excel
    installation: find_addin_places, install_addin, uninstall_addin
    installation_checks: DoctorCase
"""
