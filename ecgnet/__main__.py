"""The command line: `ecgnet info | predict | read | report | export | receive | readers | reader-study | score |
validate | monitor | adapt | serve | evaluate | train | study | prepare | weights | benchmark | run`.

Exit code 0 when everything asked for was done, 1 when a file could not be read (the others are still answered) or
a command failed, 2 for wrong usage. Answers go to standard output, progress and complaints to standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command → the exit code. Wrong usage ends in SystemExit(2), as argparse does."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = build_parser(arguments[0] if arguments else None).parse_args(arguments)
    from ecgnet.folders import WeightsError

    try:
        return options.command(options)
    except (WeightsError, ValueError, OSError) as error:
        print(f"ecgnet: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\necgnet: stopped; what was finished is kept.", file=sys.stderr)
        return 1


def build_parser(asked: str | None = None) -> argparse.ArgumentParser:
    """Every command and option. asked: the command that is run, the options of others may be left out."""
    parser = argparse.ArgumentParser(
        prog="ecgnet",
        description="12-lead ECGs read, judged and explained. Research use only, not a diagnosis.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Any, help_: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, description=help_)
        made.set_defaults(command=function)
        return made

    info = command("info", _command("info"), "say what is in ECG files")
    _add_files(info)
    info.add_argument("--samples", type=_count, default=0, metavar="N", help="show the first N samples in mV")
    info.add_argument("--list", action="store_true", help="name the ECGs in the files and read none of them")
    info.add_argument(
        "--verbose", action="store_true", help="say what fences the process that reads the files"
    )

    predict = command("predict", _command("predict"), "probabilities of the five superclasses for ECG files")
    _add_files(predict)
    _add_models(predict)
    _add_patient(predict)
    _add_anyway(predict)
    _add_profile(predict)

    read = command("read", _command("read"), "the whole reading of ECG files, as text or as JSON")
    _add_files(read, text=True)
    _add_models(read, "the default model")
    _add_patient(read)
    _add_anyway(read)
    _add_profile(read)

    printed = command("report", _command("report"), "a printable report (PDF) for each ECG file")
    _add_files(printed)
    _add_models(printed, "the seven of the app")
    printed.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the PDFs go")
    _add_anyway(printed)
    _add_profile(printed)
    if asked in (None, "report"):  # its choices take half a second to load
        _add_sheet(printed)

    exported = command(
        "export", _command("export"), "results for other systems of a hospital (docs/hospital.md)"
    )
    _add_files(exported)
    _add_models(exported, "the default model")
    exported.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the results go")
    exported.add_argument("--fhir", action="store_true", help="a FHIR R4 transaction for each file")
    exported.add_argument(
        "--dicom", action="store_true", help="a structured report and a PDF for the study of each DICOM file"
    )
    exported.add_argument("--send", action="store_true", help="post what --fhir makes to ECGNET_FHIR as well")
    exported.add_argument("--identity", action="store_true", help="name the patient in it")
    _add_profile(exported)
    _add_patient(exported)
    _add_anyway(exported)

    received = command(
        "receive", _command("receive", reads=False), "a folder into which carts send ECGs (docs/hospital.md)"
    )
    received.add_argument("--inbox", type=Path, required=True, metavar="FOLDER", help="where they go")
    received.add_argument(
        "--allow", nargs="+", required=True, metavar="AET", help="AE titles of the carts that may send"
    )
    received.add_argument("--title", default="ECGNET", metavar="AET", help="its own (default ECGNET)")
    received.add_argument("--address", default="127.0.0.1", metavar="IP", help="default: this machine alone")
    received.add_argument("--port", type=_count, default=11112, help="default 11112; 0: a free one")
    received.add_argument("--certificate", type=Path, metavar="PEM", help="for TLS, with --key")
    received.add_argument("--key", type=Path, metavar="PEM")
    received.add_argument("--authority", type=Path, metavar="PEM", help="whose certificates carts must show")

    people = command(
        "readers",
        _command("readers", reads=False),
        "the journal of who signed, opened and sent what (docs/hospital.md)",
    )
    people.add_argument("action", choices=("verify", "export", "erase"))
    people.add_argument(
        "files", nargs="*", metavar="FILE", help="export, erase: what is said of the ECGs in these files"
    )
    people.add_argument(
        "--subject", nargs="+", default=(), metavar="HASH", help="likewise, of windows of long recordings"
    )
    people.add_argument("--holds", metavar="HASH", help="verify: an entry that must be there")
    people.add_argument(
        "--out", type=Path, metavar="FILE", help="export: lines of JSON (default: to the screen)"
    )
    people.add_argument("--why", metavar="TEXT", help="erase: the reason, which stays in the journal")
    people.add_argument("--recording", type=_from_one, metavar="N", help=argparse.SUPPRESS)
    _add_left_out(people)

    studied = command(
        "reader-study",
        _command("reader_study", reads=False),
        "do readers read better with ECGNet? a study made, its results and its reads as files (docs/reader_studies.md)",
    )
    studied.add_argument("action", choices=("new", "results", "export"))
    studied.add_argument("id", metavar="ID", help="of the study, as pilot-1")
    studied.add_argument("files", nargs="*", metavar="FILE", help="new: ECG files, in place of PTB-XL's")
    studied.add_argument("--labels", metavar="FILE", help="new: their reference, as ecgnet validate reads it")
    studied.add_argument(
        "--cases", type=_from_one, default=30, metavar="N", help="new: of PTB-XL (default 30)"
    )
    studied.add_argument(
        "--records", type=_from_one, nargs="+", metavar="ECG_ID", help="new: these of PTB-XL, drawn by none"
    )
    studied.add_argument("--title", metavar="TEXT", help="new: for readers (default: the id)")
    studied.add_argument("--seed", type=_count, default=1, help="new: of what is drawn by lot (default 1)")
    studied.add_argument(
        "--arms",
        nargs="+",
        choices=("answer", "explanation"),
        default=["answer"],
        help="new: what stands beside the ECG in the second read; of several, one by lot (default: answer)",
    )
    studied.add_argument(
        "--planted",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="new: of cases with a wrong answer on purpose",
    )
    studied.add_argument(
        "--idle", type=float, default=60.0, metavar="S", help="new: after which a reader is idle (default 60)"
    )
    studied.add_argument(
        "--out", type=Path, metavar="FILE", help="export: .csv, .json or .imrmc; new: its JSON"
    )
    studied.add_argument(
        "--label",
        choices=("NORM", "MI", "STTC", "CD", "HYP"),
        default="MI",
        help="export: the class that .imrmc is of (default MI)",
    )
    studied.add_argument("--covariance", choices=("jackknife", "DeLong"), default="jackknife")
    studied.add_argument("--json", action="store_true", help="results: as JSON")
    studied.add_argument("--recording", type=_from_one, metavar="N", help=argparse.SUPPRESS)
    _add_ptbxl(studied)
    _add_left_out(studied)

    scored = command(
        "score",
        _command("score", reads=False),
        "many ECGs answered for, into Parquet tables (docs/archive.md)",
    )
    scored.add_argument(
        "files", nargs="+", metavar="IN", help="files, folders, globs, archives, RECORDS lists, PTB-XL, URLs"
    )
    scored.add_argument(
        "--out",
        required=True,
        metavar="DIR",
        help="where the tables go; the same call goes on where it stopped",
    )
    _add_models(scored, "the default model")
    _add_left_out(scored)
    _add_anyway(scored)
    scored.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="who works (default: local)"
    )
    scored.add_argument(
        "--address", metavar="HOST:PORT", help="of a Ray cluster (default: one is started here)"
    )
    scored.add_argument("--workers", type=_from_one, metavar="N", help="processes (default: one a core)")
    scored.add_argument(
        "--part",
        type=_from_one,
        default=256,
        metavar="N",
        help="files that an interruption may lose (default 256)",
    )

    validated = command(
        "validate",
        _command("validate", reads=False),
        "does it hold on your patients: a folder of ECGs against its labels (docs/validation.md)",
    )
    _add_labelled(validated)
    validated.add_argument("--json", action="store_true")
    _add_profile(validated)
    validated.add_argument(
        "--out", type=Path, metavar="FOLDER", help="keeps answers, JSON, text and PDF there"
    )

    monitored = command(
        "monitor",
        _command("monitor", reads=False),
        "does it still hold: four weeks at a time, of what ecgnet score wrote (docs/validation.md)",
    )
    monitored.add_argument("folder", metavar="DIR", help="what ecgnet score wrote")
    monitored.add_argument(
        "--reference",
        choices=("first", "ptbxl"),
        help="what is compared with: the first weeks, or PTB-XL's fold 9 (default: the first where others follow)",
    )
    monitored.add_argument(
        "--labels",
        metavar="FILE",
        help="as for ecgnet validate; confirmed: what a physician confirmed on the cart",
    )
    monitored.add_argument("--codes", type=Path, metavar="FILE", help="your own rows of the table of codes")
    monitored.add_argument("--json", action="store_true")
    _add_models(monitored, "the run's leading one; one is watched at a time")
    _add_profile(monitored)

    adapted = command(
        "adapt",
        _command("adapt", reads=False),
        "fit a site profile to your labels; the networks stay as shipped (docs/validation.md)",
    )
    _add_labelled(adapted)
    adapted.add_argument(
        "--site", required=True, metavar="NAME", help="how the profile is called wherever it is on"
    )
    adapted.add_argument("--profile", type=Path, required=True, metavar="FILE", help="where the profile goes")
    adapted.add_argument(
        "--classes",
        nargs="+",
        choices=("NORM", "MI", "STTC", "CD", "HYP"),
        help="those to adapt (default: all)",
    )
    adapted.add_argument(
        "--out", type=Path, metavar="FOLDER", help="keeps the answers; that of ecgnet validate will do"
    )

    served = command(
        "serve",
        _command("serve"),
        "answer for ECGs over HTTP, for programs and for dashboards (docs/service.md)",
    )
    served.add_argument(
        "--address",
        default="127.0.0.1",
        metavar="IP",
        help="the interface to listen on; any but this machine's own needs ECGNET_TOKEN (default 127.0.0.1)",
    )
    served.add_argument("--port", type=_count, default=8601, help="default 8601")
    served.add_argument(
        "--rate", type=_rate, default=50.0, metavar="N", help="requests a second of one client (default 50)"
    )
    served.add_argument(
        "--at-once", type=_from_one, default=64, metavar="N", help="requests answered at once (default 64)"
    )
    served.add_argument("--certificate", type=Path, metavar="PEM", help="for TLS, with --key")
    served.add_argument("--key", type=Path, metavar="PEM")
    _add_profile(served)

    evaluate = command("evaluate", _evaluate, "measure models on a fold of PTB-XL")
    _add_ptbxl(evaluate)
    _add_models(evaluate)
    evaluate.add_argument("--fold", type=int, default=10, choices=range(1, 11), metavar="1..10")
    evaluate.add_argument("--json", action="store_true")

    train = command(
        "train", _train, "train a model on PTB-XL's official folds and write its weights and card"
    )
    train.add_argument("model", help="a model's name, or electrodes: the network that finds exchanged ones")
    _add_ptbxl(train)
    train.add_argument("--epochs", type=_epochs)
    train.add_argument("--seed", type=int)
    train.add_argument(
        "--fraction", type=_fraction, default=1.0, help="share of the training folds' patients (default 1)"
    )
    train.add_argument("--runs", type=Path, default=Path("runs"), help="checkpoints and logs (default runs/)")
    train.add_argument(
        "--no-weights",
        dest="ship",
        action="store_false",
        help="keep the checkpoint only, leave weights/ as it is",
    )
    beginning = train.add_mutually_exclusive_group()
    beginning.add_argument(
        "--plain",
        action="store_true",
        help="from random weights and without teachers, as the first round of a branch was trained",
    )
    beginning.add_argument(
        "--anew",
        action="store_true",
        help="from random weights, taught by the stored models: all rounds of the recipe",
    )

    study = command("study", _study, "answer one of the project's questions and write docs/results/NAME.md")
    study.add_argument("name")
    _add_ptbxl(study)
    study.add_argument(
        "--runs", type=Path, default=Path("runs"), help="kept rows and checkpoints (default runs/)"
    )
    study.add_argument("--out", type=Path, default=Path("docs/results"), help="where the page goes")

    prepare = command(
        "prepare",
        _prepare,
        "turn PTB-XL once into the array that training and batch scoring read, and let the models answer for every record",
    )
    _add_ptbxl(prepare)
    prepare.add_argument(
        "--no-predictions",
        dest="predictions",
        action="store_false",
        help="leave out the models' answers for every record, which take some 20 minutes on two cores",
    )

    weights = command("weights", _weights, "check the shipped weights, or calibrate and measure them anew")
    weights.add_argument("action", choices=("verify", "measure"))
    _add_ptbxl(weights)
    _add_models(weights)

    measured = command(
        "benchmark", _benchmark, "how fast ECGNet is on this machine, beside peers in the same run"
    )
    measured.add_argument(
        "subjects", nargs="*", metavar="SUBJECT", help="answers, reading, explaining, files, start"
    )
    measured.add_argument("--rounds", type=_count, default=5, help="the least of so many counts (default 5)")
    measured.add_argument("--threads", type=_count, help="threads of the networks (default: torch's)")
    measured.add_argument("--json", action="store_true")

    run = command("run", _run, "start the app")
    run.add_argument("--port", type=int, default=8501)
    run.add_argument(
        "--address",
        metavar="IP",
        help="the interface to listen on (default: 127.0.0.1, this machine alone; 0.0.0.0 is everybody's); any other needs "
        "ECGNET_LOGIN (docs/hospital.md)",
    )
    run.add_argument(
        "--without-login",
        action="store_true",
        help="ask nobody who they are at another address: a proxy does, or a container whose port is this machine's alone",
    )
    run.add_argument(
        "--scored", type=Path, metavar="DIR", help="what ecgnet score wrote, as a work list (docs/archive.md)"
    )
    _add_profile(run)
    return parser


def _command(name: str, reads: bool = True) -> Callable[[argparse.Namespace], int]:
    """A command of `ecgnet.commands`, loaded when it runs, while the process that reads the files starts beside it, where
    this one reads any."""

    def run(options: argparse.Namespace) -> int:
        from ecgnet.readers import warm_up

        with suppress(OSError):  # said where the first file is read
            if reads:
                warm_up()
        return getattr(import_module(f"ecgnet.commands.{name}"), name)(options)

    return run


def _add_files(parser: argparse.ArgumentParser, text: bool = False) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="ECG files, archives or folders of them")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--json", action="store_true")
    if text:
        kind.add_argument("--text", action="store_true", help="in words (the default)")
    _add_left_out(parser)
    parser.add_argument(
        "--recording",
        type=_from_one,
        metavar="N",
        help="which to read, where a file holds several recordings",
    )


def _add_left_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fs", type=_rate, metavar="HZ", help="sampling rate, where the file leaves it out")
    parser.add_argument("--unit", choices=("mV", "uV", "V"), help="unit, where the file leaves it out")
    parser.add_argument(
        "--leads", metavar="I,II,…", help="lead names in order, where the file leaves them out"
    )


def _add_profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="a site profile, as ecgnet adapt writes it"
    )


def _add_labelled(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="the ECGs")
    parser.add_argument(
        "--labels",
        metavar="FILE",
        help="CSV with a row an ECG: file, then NORM, MI, STTC, CD, HYP, or superclasses, scp_codes or snomed; cart: what "
        "the carts printed; left out: what can be said without labels",
    )
    parser.add_argument("--codes", type=Path, metavar="FILE", help="your own rows of the table of codes")
    parser.add_argument("--workers", type=_from_one, metavar="N", help="processes (default: one a core)")
    _add_models(parser, "the default model; one is validated at a time")
    _add_left_out(parser)


def _add_sheet(printed: argparse.ArgumentParser) -> None:
    from ecgnet import paper
    from ecgnet.signal import BANDS

    printed.add_argument("--page", choices=("A4", "Letter"), default="A4")
    printed.add_argument("--layout", choices=paper.LAYOUTS, default=paper.DEFAULTS.layout)
    printed.add_argument("--order", choices=paper.ORDERS, default=paper.DEFAULTS.order)
    printed.add_argument(
        "--speed", type=float, choices=paper.SPEEDS, default=paper.DEFAULTS.speed, help="mm/s"
    )
    printed.add_argument("--gain", type=float, choices=paper.GAINS, default=paper.DEFAULTS.gain, help="mm/mV")
    printed.add_argument(
        "--filter", choices=tuple(BANDS), default=paper.DEFAULTS.display.band, help="Hz, for the drawing"
    )
    printed.add_argument(
        "--identity", action="store_true", help="print the patient's name, birth date and number"
    )


def _add_patient(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--age", type=_age, help="years; replaces what the file says")
    parser.add_argument("--sex", choices=("female", "male"), help="replaces what the file says")


def _add_anyway(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="judge what cannot be read (noise, no signal, too short) as well",
    )


def _add_models(parser: argparse.ArgumentParser, default: str = "every one") -> None:
    parser.add_argument(
        "--model", nargs="+", action="extend", metavar="NAME", help=f"models to ask (default: {default})"
    )


def _add_ptbxl(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ptbxl", type=Path, help="PTB-XL's folder (default: ECGNET_PTBXL or data/ptbxl)")


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _from_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _epochs(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _rate(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1e6:
        raise argparse.ArgumentTypeError("must be above 0 Hz")
    return value


def _age(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 130:
        raise argparse.ArgumentTypeError("must be from 0 to 130 years")
    return value


def _fraction(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("must be above 0 and at most 1")
    return value


def _ptbxl(options: argparse.Namespace) -> Path:
    from ecgnet.ptbxl import CatalogueError, find_ptbxl

    folder = options.ptbxl or find_ptbxl()
    if folder is None:
        raise CatalogueError("PTB-XL was not found; name its folder with --ptbxl DIR or in ECGNET_PTBXL.")
    return folder


def _without_nan(value: Any) -> Any:
    """NaN, which JSON does not have, becomes null."""
    if isinstance(value, dict):
        return {k: _without_nan(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_nan(v) for v in value]
    return None if value != value else value


def _evaluate(options: argparse.Namespace) -> int:
    from ecgnet.commands.models import asked_models
    from ecgnet.evaluation import evaluate_fold
    from ecgnet.ptbxl import Catalogue

    result = evaluate_fold(asked_models(options), Catalogue(_ptbxl(options)), fold=options.fold)
    if options.json:
        print(json.dumps(_without_nan(result), indent=1))
        return 0
    print(
        f"PTB-XL fold {result['fold']}: {result['records']} records, {result['left_out']} without a superclass left out, "
        f"{result['missing']} missing from the folder"
    )
    for name, row in result["models"].items():
        classes = "  ".join(f"{n} {v:.3f}" for n, v in row["auc"].items())
        low, high = row["macro_auc_interval"]
        print(
            f"{name:36} AUC {row['macro_auc']:.4f} [{low:.4f}, {high:.4f}]  {classes}  F1 {row['macro_f1']:.3f}  "
            f"accuracy {row['mean_accuracy']:.3f}  ECE {row['expected_calibration_error']:.4f}"
        )
    return 0


def _train(options: argparse.Namespace) -> int:
    from ecgnet.cards import Card
    from ecgnet.models import CANDIDATES, REGISTRY
    from ecgnet.training.command import train_model

    if options.model == "electrodes":
        return _train_electrodes(options)
    if options.model not in {**REGISTRY, **CANDIDATES}:
        there = ", ".join((*REGISTRY, *CANDIDATES))
        print(f"ecgnet: no model is named {options.model}; there are {there}", file=sys.stderr)
        return 2
    result = train_model(
        options.model,
        _ptbxl(options),
        runs=options.runs,
        epochs=options.epochs,
        seed=options.seed,
        fraction=options.fraction,
        ship=options.ship,
        plain=options.plain,
        anew=options.anew,
    )
    if options.model in CANDIDATES:
        best = options.runs / options.model / "best.pt"
        print(f"{best}: macro AUC {result['macro_auc']} on fold 9; of a candidate no weights are written.")
    elif options.ship:
        card = Card(result)
        assert card.validation
        assert card.test
        print(
            f"weights/{options.model}.safetensors: macro AUC {card.validation.macro_auc} on fold 9, "
            f"{card.test.macro_auc} on fold 10"
        )
    else:
        print(f"{options.model}, weights/ left as it is; on fold 9: {json.dumps(result)}")
    return 0


def _train_electrodes(options: argparse.Namespace) -> int:
    from ecgnet.electrodes import ElectrodeCard
    from ecgnet.training.electrodes import train_electrodes

    result = train_electrodes(
        _ptbxl(options), options.runs, epochs=options.epochs, seed=options.seed, ship=options.ship
    )
    measured = ElectrodeCard(result).test_rates if options.ship else None
    for swap, rates in measured.by_swap.items() if measured else ():
        print(f"{swap:9} sensitivity {rates.sensitivity:.3f}, specificity {rates.specificity:.3f}")
    return 0


def _study(options: argparse.Namespace) -> int:
    from ecgnet.training.studies import run_study, studies

    if options.name not in studies():
        print(f"ecgnet: no study is named {options.name}; there are {', '.join(studies())}", file=sys.stderr)
        return 2
    print(run_study(options.name, _ptbxl(options), runs=options.runs, results=options.out))
    return 0


def _benchmark(options: argparse.Namespace) -> int:
    from ecgnet.benchmark import SUBJECTS, as_text, benchmark

    found = benchmark(options.subjects or tuple(SUBJECTS), rounds=options.rounds, threads=options.threads)
    print(json.dumps(_without_nan(found), indent=1) if options.json else as_text(found))
    return 0


def _prepare(options: argparse.Namespace) -> int:
    from ecgnet.ptbxl import Catalogue
    from ecgnet.store import prepare, store_folder
    from ecgnet.stored_answers import compute_answers

    catalogue = Catalogue(_ptbxl(options))
    store = prepare(catalogue)
    lack = f", {len(store.missing)} missing" if store.missing else ""
    print(f"{len(store.ecg_ids)} records in {store_folder(catalogue.folder)}{lack}")
    if options.predictions:
        predictions = compute_answers(catalogue)
        print(f"answers of {len(predictions.models)} models for {predictions.computed.sum()} records")
    return 0


def _weights(options: argparse.Namespace) -> int:
    from ecgnet import electrodes
    from ecgnet.trust import familiarity
    from ecgnet.weights import answering, available, verify

    if options.action == "measure":
        from ecgnet.commands.models import asked_models
        from ecgnet.ptbxl import Catalogue
        from ecgnet.store import prepare
        from ecgnet.training.finish import measure_stored

        catalogue = Catalogue(_ptbxl(options))
        for name, content in measure_stored(
            asked_models(options), catalogue, store=prepare(catalogue)
        ).items():
            print(f"{name}: macro AUC {content['test']['macro_auc']} on fold 10")
        return 0
    faults = [*verify(), *electrodes.verify_detector(), *familiarity.verify_familiarity()]
    if faults:
        print(*faults, f"Models that answer all the same: {', '.join(answering()) or 'none'}.", sep="\n")
        return 1
    print(f"{len(available())} models and electrodes: every file fits its card and checksum")
    return 0


def _run(options: argparse.Namespace) -> int:
    from ecgnet.overread.database import database
    from ecgnet.overread.login_settings import login_settings
    from ecgnet.ui.server import LOCAL, serve

    if options.profile is not None:
        from ecgnet.site_profile import IN_USE, load_profile

        load_profile(options.profile)  # a fault is told here, not to every visitor
        os.environ[IN_USE] = str(options.profile.resolve())
    if options.scored is not None:
        from ecgnet.archive.dataset import open_ecgs
        from ecgnet.ui.worklist import SCORED

        open_ecgs(options.scored)  # likewise
        os.environ[SCORED] = str(options.scored.resolve())
    database()  # likewise
    serve(options.port, options.address or LOCAL, login=login_settings(), without_login=options.without_login)
    return 0


if __name__ == "__main__":
    sys.exit(main())
