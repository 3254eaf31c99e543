/// Every sentence, label and word of ours that people read; the texts stand in `Message+*.swift`.
///
/// A template's placeholders are `{name}`; both languages have the same ones.
package enum Message: String, Hashable, Sendable, CaseIterable {
    // Common: words and labels used everywhere
    case errorLabel, whyLabel, fixLabel, idLabel, exitLabel, theBudget, didYouMean, noneYet,
        unknownValue, moreFollows, fixRetry, fixWait, fixLogin, fixCredit, fixYes
    // States: job states, task states and end reasons
    case stateWaiting, stateMatching, stateStarting, stateRunning, stateStopping, stateFinished,
        stateFailed, stateStopped, taskQueued, taskOpen, taskLeased, taskSucceeded, taskFailed,
        taskStopped, availabilityOpen, availabilityDraining, availabilityDown,
        availabilityDrainingDown, endExited,
        endOutOfMemory, endOverran, endBudget, endStopped, endStartFailed, endLost, endKilled,
        endDevice, endYielded, endPreempted, ownerSchedule, ownerGPU, ownerDesktop, ownerPaused,
        ownerDrained,
        placePreempted, machineFull,
        closedNow, closedUntil, closedBy,
        deviceGone, deviceSilent, deviceWithoutCDI, deviceInUse, deviceXid,
        deviceScrubbing, deviceUnscrubbed, deviceQuarantined, scrubContextsLeft, scrubMemoryDirty,
        scrubMemoryShort,
        scrubFailed, scrubWithoutCUDA, scrubTimeout,
        deviceWithWrongCDI, deviceThrottled, deviceDuplicate, nodeDuplicate, startDevice,
        startImageMissing, startImageInvalid, startImagePull, startImageRefused,
        startImageTooLarge, startImageAbove, startImageOf, startInput, startContainer,
        startIsolation, startDiskFull, startNetwork,
        startNode,
        startTimeout, startDeadline,
        reasonNoOffer, reasonQueued, reasonStarting
    // Mismatch: why offers do not fit
    case mismatchLine, mismatchCPU, mismatchMemory, mismatchDisk, mismatchDeviceCount,
        mismatchDeviceModel, mismatchDeviceMemory, mismatchDeviceCapability, mismatchDeviceSpeed,
        mismatchWindow, mismatchRegion, mismatchRegionRefuted,
        mismatchLatency, mismatchLatencyUnknown, mismatchPrice, mismatchTier,
        mismatchNetwork, mismatchSettlement, relaxSettlement,
        mismatchOwner, mismatchDraining, mismatchDown, mismatchBusy,
        mismatchSibling, relaxCPU,
        relaxMemory, relaxDisk, relaxDeviceCount, relaxDeviceModel, relaxDeviceMemory, relaxRegion,
        relaxDeviceCapability, relaxNoDeviceCapability, relaxDeviceSpeed, relaxNoDeviceSpeed,
        relaxWindow,
        relaxRegionRefuted, relaxLatency, relaxLatencyUnknown,
        relaxPrice, relaxTier, relaxNetwork, relaxGang, relaxSpread, relaxOutcome
    // Plan: `orban plan` and the confirmation
    case planTitle, planTitleArray, planImage, planPinned, planInputs, planNetwork, planLatency,
        planLatencyNearest, planLatencyNone, planGang, planGangWhole, planGangPart, planSpread,
        planSpreadNode, planSpreadProvider, gangWaits, planSpot, planSpotNotice, planOffers,
        planOffersFit,
        planLow, planLikely, planWorst, planTotal, planBudgetNote, planLongest, planCheapest,
        planNothingBought, planNotFeasible, planDeadline, planInTime, planAtRisk, planUnforeseen,
        planDone, planMissed, deadlineStart, deadlineFinish, deadlineExpected, expectedStart,
        expectedStartSpot, confirmBuy, confirmStop, confirmDeclined,
        confirmSpend, confirmAct
    // Tables: headings of `ps`, `show`, `offers`, `node list`, `cost` and `ledger`
    case headingJob, headingName, headingState, headingProgress, headingTask, headingTasks,
        headingAttempt, headingNode, headingProvider, headingRegion, headingTier, headingDevices,
        headingCPU, headingMemory, headingDisk, headingNetwork, headingFree, headingAge,
        headingPrice, headingSpotPrice, headingSpent,
        headingBudget, headingRefunded, headingMetered, headingCharge, headingChargeOfAll,
        headingEndedBy,
        headingAccount, headingAmount, headingKind, headingTime, headingLease, headingLeases,
        headingConnected, headingAvailability, headingSequence, headingExit, headingPath,
        headingSize, showWhy, showCost, showImage, showSubmitted, showTasks, showExit, showHeld,
        showNode, showCharged, showWaitingIsFree, psSummary, psEmpty, offersEmpty, offerOpenUntil,
        headingUseful, offersShown,
        nodesEmpty, nodeBelowFloor, networkEgress, nodeWithoutNetwork, noNetworkRoot,
        noNetworkTools, noNetworkForwarding, noNetworkFilter, noNetworkPort, noNetworkResolver,
        noNetworkOwner, offerRefuted, nodeRoundTrips
    // Run: progress of `orban run`, `logs`, `stop`, `wait`
    case runUploading, runUploaded, runAlreadyStored, runSubmitted, runWaiting, runMatched,
        runStarting, runStarted, runProgress, runNodeLost, runFinished, runFailed, runStopped,
        runOutputs, runProof, runLeavesRunning, runDetached, runStopAgain, logsEnded, logsDropped,
        logsReconnecting, stopAsked, stopDone, stopOver, retryDone, outputsSaved, outputsNone
    // Events: `orban events`
    case eventSubmitted, eventPlaced, eventStarted, eventMetered, eventLeaving, eventStaying,
        eventEnded, eventSettled, leaseLeaving, leasePreempted, eventPreempted,
        eventRequeued, eventExpired, eventClosing, eventRefunded, eventClosed, eventReopened
    // Telemetry: `orban top` and `orban node show`
    case headingUtilisation, headingVRAM, headingTemperature, headingPower, headingClock, topEmpty,
        topDropped, nodeReported, nodeNotReported, nodeDriver, nodeAdvisory, deviceOffered,
        deviceLeased, throttleIdle, throttleApplicationClocks, throttlePowerCap, throttleHardware,
        throttleSyncBoost, throttleHeat, throttleHardwareHeat, throttlePowerBrake,
        throttleDisplayClocks, helpTop, helpNodeShow, optionOnce, optionSince, optionMetrics,
        optionSeriesQuota
    // Money: invoices, balances, credit
    case invoiceTitle, invoiceLine, invoiceTotal, invoiceRefunded, invoiceFundedBy, invoiceRule,
        balanceAvailable, balanceHeld, creditBooked, settlementLine
    // Local: this machine's ports, files and input devices; what values of options look like
    case listenMarket, listenChannel, listenMetrics, listenInUse, listenForbidden, listenElsewhere,
        listenUnknownHost, listenTakeAnother, listenTakeHigher, listenTakeOwn, systemDiskFull,
        systemForbidden, systemOther, desktopNone, desktopUnreadable, expectBetween, expectOneOf,
        expectSomething, expectPriceOrNumber, expectAmountOrNumber, expectAccount, expectToken,
        expectHost, expectAddress, expectMarketName, expectNodeName, expectAssignment, expectUses,
        expectLibrary, expectDevice, expectLogKey, expectBeacon, noneAtAll
    // Audit: `orban audit`
    case auditRecords, auditNodeKey, auditIncluded, auditHead, auditConsistent, auditFirstHead,
        auditCharge, auditTotal, auditWhole, auditUnpinned, auditLeftOut, auditOwner,
        auditVerified, auditFailed, auditRecordBad, auditLogSound,
        auditExported, auditAnchored, auditAnchorUnseen, auditAnchorCodeLater, auditAnchorMissing,
        auditPublisherRefused, auditPublisherOther, auditAnchorNoContract, auditAnchorOtherCode,
        auditNotAnchored, auditAnchorNotFinal
    // Places: markets, nodes, keys
    case marketReady, marketStopping, credentialsWritten, contextSaved, contextUsed, keyMade,
        tokenMade, nodeJoined, nodeConnected, nodeReconnecting, nodeDraining, nodeDrained,
        nodeDrainingBy, nodePaused, nodeResumed, nodeReleased, nodeContested, nodeFound,
        nodeRuntime, checkPassed, checkFailed
    // Spec: faults of a job spec
    case specUnreadable, specTooLarge, specTooDeep, specTooManyNodes, specManyDocuments,
        specAliases, specTag, specEmpty, specDuplicateKey, specUnknownKey, specUnsupportedKey,
        specUnsupportedValue, specMissingKey, specWrongType, specBadValue, specTooMany, specTooLong,
        specOutOfRange, specBefore, specOverlap, specReserved, specTwice, specConflict,
        specInputMissing,
        specInputUnknown,
        specInputDiffers, foundText, foundNumber, foundTruth, foundNothing, foundList, foundMap,
        expectText, expectQuoted, expectMap, expectList, expectWhole, expectVersion, expectType,
        expectName, expectCommand, expectScalar, expectVariable, expectPlain, expectCPU, expectSize,
        expectGPU, expectCountry, expectTier, expectFailures, expectPath, expectLocal, expectDigest,
        expectMoney, expectPrice, expectDuration, expectNetwork, expectLatency,
        expectCapability, expectSpeed, expectMoment, expectSpread, expectSpot, expectPayment
    // Help: what each command, operand and option is for
    case helpProgram, helpUsage, helpSameAs, helpEverywhere, helpExitCodes, helpUp, helpRun,
        helpPlan, helpPs, helpShow, helpLogs, helpEvents, helpStop, helpWait, helpRetry, helpCopy,
        helpCost,
        helpInvoice, helpBalance, helpOffers, helpMarketServe, helpKeyCreate, helpCredit,
        helpMarketImage, helpMarketAudit, helpTokenCreate, helpNodeJoin, helpNodeRun, helpNodeList,
        helpNodeDrain, helpNodePause, helpNodeResume, helpNodeRelease, helpNodeWatch,
        helpNodeScrubDevice,
        helpAuditVerify,
        helpAuditExport,
        helpAuditLog,
        helpAuditLedger,
        helpAuditMirror, helpAuditEvidence, helpVersion, operandSpec, operandJob, operandJobTask,
        operandJobPath, operandFolder, operandAccount, operandAmount, operandImage, operandArchive,
        operandNode, operandDevice, operandBundle, operandToken, operandWord, optionHelp,
        optionOutput,
        optionLanguage, optionContext, optionNoInput, optionYes, optionDetach, optionBudget,
        optionName, optionImage, optionVariable, optionCPUs, optionMemory, optionDisk, optionGPU,
        optionPrice, optionSpotPrice, optionRegion, optionAll, optionLimit, optionFollow,
        optionStream,
        optionTimestamps, optionTimeout, optionValidity, optionReason, optionRole, optionAccount,
        optionUses,
        optionStateFolder, optionDataFolder, optionHost, optionPort, optionChannelPort,
        optionPublicHost, optionOrigin, optionCommission, optionBlobQuota, optionWriteRate,
        optionSimulate, optionEngineSocket, optionContainersRoot, optionNVML, optionCUDA,
        optionNetwork, optionEgress, optionEgressPolicy, optionBeacon, optionNoLatency,
        optionClearQuarantine, optionRegistry, optionLargestImage, optionSchedule, optionYield,
        optionGrace, optionIdle, optionBy,
        optionMirror,
        optionOffline, optionLogKey, optionAnchorRPC,
        optionAuthority
    // Commands: wrong words on the command line, and what only it says
    case usageUnknownCommand, usageUnknownOption, usageValueMissing, usageValueRefused,
        usageFlagWithValue, usageOperandMissing, usageOperandExtra, usageBudgetForYes,
        usageImageOrFile, usageJobPath, usageMarketMissing, usageContextUnknown, usageGPULibrary,
        usageDeviceName, usageDeviceNotHere, usageDiskTooLarge, usageSpotPrice,
        usageEgressPolicyAlone, egressTooLarge, egressNotJSON,
        egressUnknownKey, egressWrongType, egressNotNetwork, egressNotAddress, egressTooMany,
        egressOutOfRange,
        usageSchedule, scheduleTooLong, scheduleWindow, scheduleDays, scheduleHours,
        scheduleZoneMissing, scheduleZonesDiffer, scheduleZoneUnknown, usageYieldGPU,
        usageYieldDesktop, usageMoment, usageMomentOver,
        commandReconnecting, commandReady, auditHeadRefused, auditInconsistent, auditShrunk,
        auditEntryChanged, auditEntryMissing, auditEntryExtra, auditEntryUnreadable,
        auditReceiptUnreadable, auditReceiptDiffers, auditReceiptForged,
        auditNodeKeyMissing, auditNodeKeyTwice, auditChargeWrong, auditSecondsBack,
        auditTermsChanged, auditAfterFinal, auditRenterHash, auditJobHash, auditOtherLease,
        auditProofWrong, auditRecordsMissing, auditNotMirrored, auditBundleUnreadable,
        auditBundleTerms, auditMirrorDone, auditLedgerSum, auditEvidenceDone, auditFileMissing,
        auditFileCut, auditFileDiffers,
        auditMirrorMissing, auditRootDiffers, auditNodeKeyDiffers, auditLogKeyChanged,
        auditBooksSound, auditFileReplaced, fileIsNoFolder, fileIsFolder, fileNotAllowed,
        fileHasNoRoom, fileIsGone, fileIsTooLarge, fileFails
    // Chain: wallets, chains and the contracts on them
    case helpWalletCreate, helpWalletImport, helpWalletAddress, helpWalletExport,
        helpWalletBalance, helpVaultDeposit, helpVaultAuthorise, helpVaultRevoke, helpVaultExit,
        helpVaultWithdraw, helpChainStatus, helpChainDeploy, optionChainID, optionToken,
        optionTreasury,
        optionCeiling, optionExitDelay, optionExitWindow, optionDisputeWindow, helpChainMint,
        chainMinted, operandEVMKey, optionRPC,
        optionContracts,
        optionWallet, optionPasswordFD, optionKeyFD, optionConfirmations, optionMaxFee,
        optionReceiver, optionCap, optionExpiry, optionFinish, expectEVMAddress, walletKept,
        walletPassword, walletPasswordAgain, walletPasswordsDiffer, walletExists, walletMissing,
        walletExposed, walletNotAKey, walletWrongPassword, walletUnreadable, walletCoin,
        walletTokens, walletVault, walletOwed, walletExit, walletExitWindow, vaultDeposited,
        vaultAuthorised, vaultRevoked, vaultExitStarted, vaultExitFinished, vaultWithdrawn,
        chainNumber, chainHead, chainFinal, chainContractsUnreadable, chainTokenDecimals,
        chainDisagrees, chainUnreadable, endpointAway, endpointLate, endpointStatus, endpointOdd,
        endpointDissents, endpointLags, endpointAhead, chainOther, chainNoCode, chainTooDear,
        chainNoCoin, chainTooLittle, chainAccountBusy, helpMarketAnchor, anchorDone,
        optionPublicURL,
        optionAnchorEvery, optionChain, optionDevnetProgram, devnetWorthless,
        chainDisplaced,
        chainTooMany
    // Vouchers: what is redeemed of a file
    case helpRedeem, operandVoucherFile, voucherFileUnreadable, voucherFileField,
        voucherFileChain, voucherFileVault, voucherUser, voucherPayee, voucherPaid,
        voucherCommission, voucherTotal, voucherPays, voucherRedeemed, voucherSettled,
        voucherRefused, voucherSkipped, voucherStale, voucherUnspent, voucherOverCeiling,
        voucherNoPayee, voucherSignature, voucherKeyExpired, voucherOverCap
    // Settling by vouchers
    case helpWalletLink, helpWalletSign, helpVaultShow, helpVaultVouchers, helpVaultAudit,
        vaultSound, vaultUnsound, optionVaultUser,
        optionAccept, optionPayee, optionPay, optionRedeemEvery, optionUnsignedLimit,
        optionDelegate,
        delegated, expectNoKeyBeside, paidCustodial, vaultCustody, walletLinked,
        vaultOther,
        vaultUserOther, signRefused, signDone, signAll, signOpen, signPriceAbove,
        signCommissionAbove, signUnknownJob, signNothing,
        signBudgetAbove, signPayeeUnsaid, signWentBack, voucherBookUnreadable, runSignNote,
        showPaidFrom, paidFromVault, planVault, vaultContract, vaultUnsignedLimit, vaultWorkedFor,
        vaultSigned
    // Leases whose prices are locked
    case helpWalletAgree, helpEscrowShow, helpEscrowSettle, helpEscrowClaim, helpEscrowStop,
        helpEscrowDispute, helpEscrowRefund, helpEscrowWithdraw, operandLockFile,
        operandLockedLease, lockFileUnreadable, escrowOther, escrowNone, escrowNothing,
        escrowWanted, escrowLocked, escrowBilled, escrowSettled, escrowClaimed, escrowStopped,
        escrowDisputed, escrowRefunded, escrowWithdrawn, signLocked, signProgress,
        signDisputed, signTermsOther, agreeDone, agreeBelow, agreedAll, runLockNote, paidFromLock,
        planLock
}
