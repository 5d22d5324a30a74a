/// What the lock of an archive says of what was written and not synced.
module HybridReplica.Tests.ArchiveLockTests

open System.IO
open Expecto
open HybridReplica

// Where nobody can say whether the machine was started anew, nothing is ever trusted.
let private canTell = File.Exists "/proc/sys/kernel/random/boot_id"

let private inFolder (check: string -> unit) =
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-lock-"

    try
        check folder.FullName
    finally
        folder.Delete true

let private held (folder: string) (work: ArchiveLock -> 'Result) : 'Result =
    use lock = nonNull (ArchiveLock.TryTake folder)
    work lock

let private isTrusted folder =
    held folder (fun lock -> lock.IsTrusted)

let private failing (trouble: exn) (lock: ArchiveLock) =
    Expect.throws (fun () -> lock.Watch(fun () -> raise trouble)) "the failure is handed on"

let tests =
    testList
        "archive lock"
        [
            testCase "nothing is trusted before the archive was in order, however often it is locked" (fun () ->
                inFolder (fun folder ->
                    Expect.isFalse (isTrusted folder) "at first"
                    Expect.isFalse (isTrusted folder) "once more"
                    held folder (fun lock -> lock.Trust())
                    Expect.equal (isTrusted folder) canTell "behind that"))
            testCase "on another boot nothing is trusted, until the archive is in order again" (fun () ->
                inFolder (fun folder ->
                    held folder (fun lock -> lock.Trust())
                    File.WriteAllText(Path.Combine(folder, ArchiveLock.FileName), "another boot")
                    Expect.isFalse (isTrusted folder) "at first"
                    Expect.isFalse (isTrusted folder) "whoever only locks it does not change that"
                    held folder (fun lock -> lock.Trust())
                    Expect.equal (isTrusted folder) canTell "behind that"))
            testCase "behind a sync that failed nothing is trusted, whatever the same process says later" (fun () ->
                inFolder (fun folder ->
                    held folder (fun lock ->
                        lock.Trust()
                        failing (UnsyncedException(IOException "no")) lock
                        Expect.isFalse lock.IsTrusted "at once"
                        lock.Trust())

                    Expect.isFalse (isTrusted folder) "by the next"))
            testCase "other failures change nothing" (fun () ->
                inFolder (fun folder ->
                    held folder (fun lock ->
                        lock.Trust()
                        failing (IOException "no") lock)

                    Expect.equal (isTrusted folder) canTell "by the next"))
        ]
